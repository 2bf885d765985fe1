/// One thing that `multiads doctor` looked at.
struct DoctorCheck: Equatable {
    /// How it is.
    enum Status: String {
        /// As it should be.
        case ok
        /// Works, but could be better or may become a problem.
        case warn
        /// Keeps the program from doing its job.
        case fail
    }

    let name: String
    let status: Status
    /// What was found.
    let finding: String
    /// What to do about it; nil when all is well.
    let hint: String?

    static func ok(_ name: String, _ finding: String) -> DoctorCheck {
        DoctorCheck(name: name, status: .ok, finding: finding, hint: nil)
    }

    static func warn(_ name: String, _ finding: String, hint: String) -> DoctorCheck {
        DoctorCheck(name: name, status: .warn, finding: finding, hint: hint)
    }

    static func fail(_ name: String, _ finding: String, hint: String) -> DoctorCheck {
        DoctorCheck(name: name, status: .fail, finding: finding, hint: hint)
    }

    /// The form for programs.
    var json: OutputJSON {
        .members([
            "name": .string(name), "status": .string(status.rawValue), "finding": .string(finding), "hint": .text(hint),
        ])
    }
}
