// Hummingbird (SwiftNIO) answering GET /livez with the bytes that multiads answers: the peer of `Tools/bench/server.sh`.
import Hummingbird
import Logging

let router = Router()
router.get("livez") { _, _ in
    Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"status":"alive"}"#)))
}
let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8091
let application = Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
    logger: Logger(label: "peer") { _ in SwiftLogNoOpLogHandler() })
try await application.runService()
