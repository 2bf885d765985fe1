/// All operations of the service, in the order in which they are shown.
enum APIOperations {
    static var all: [APIOperation] { inspections + products + references + calibration + results + service }
}
