public import HTTPTypes

/// What is decided of a request by its head alone, before its body is read.
public enum Admission: Sendable {
    /// The request is served; the name of who asks, where one is known, goes with it to the handler.
    case admitted(principal: String? = nil)
    /// This is the answer; the body is not read and the handler not called.
    case answered(ServerResponse)
}

/// Looks at a request whose route is known, while its body is still with the client.
///
/// Called on event loops, once per request: it must be quick. So that a client without rights cannot make the server hold a
/// body, it runs before `100 Continue` is sent and before a body's announced length is looked at.
public typealias RouteAdmission = @Sendable (HTTPRequest, RequestTarget) -> Admission
