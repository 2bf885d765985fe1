import AnomalyDetection
import HTTPServer
import HTTPTypes
import Images
import Storage

// The one place where failures of the parts become statuses.
extension Problem {
    /// What a client is told about an error.
    ///
    /// Errors that are no client's doing become 500 without their text: it goes to the log, with the request's id.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as ImageError: self.init(image: error)
        case let error as MultipartError: self.init(multipart: error)
        case let error as StorageError: self.init(storage: error)
        case let error as InspectionModelError where error.code == .badImage:
            self.init(.unusableImage, error.description)
        case is CancellationError:
            self = .givenUp
        default: self = .internalError
        }
    }

    /// The client closed its side of the connection.
    private static let givenUp = Problem(
        .givenUp,
        "the connection's other side was closed before the answer, which reads as giving up; keep it open until then",
        retryAfterSeconds: 1)

    /// A failure of the service itself.
    static let internalError = Problem(
        .internalError, "an unexpected failure; the service's log has more under the requestId")

    private init(image error: ImageError) {
        switch error.code {
        case .emptyInput: self.init(.emptyBody, error.description)
        case .notAnImage: self.init(.notAnImage, error.description)
        case .tooLarge: self.init(.imageTooLarge, error.description)
        case .truncated, .corrupt, .unsupportedColorSpace, .unsupportedFeature, .limitExceeded:
            self.init(.unusableImage, error.description)
        case .invalidArgument, .encodingFailed: self = .internalError
        }
    }

    private init(multipart error: MultipartError) {
        switch error.code {
        case .tooManyParts, .partHeaderTooLarge, .partTooLarge:
            self.init(.malformedMultipart, error.description, status: .contentTooLarge)
        default: self.init(.malformedMultipart, error.description)
        }
    }

    private init(storage error: StorageError) {
        switch error.code {
        case .diskFull:
            self.init(.storeFull, "no room is left on the device; nothing was changed", retryAfterSeconds: 30)
        case .busy:
            self.init(.storeUnavailable, "the store is busy; nothing was changed", retryAfterSeconds: 1)
        case .ioError, .readOnly, .cannotOpen, .closed, .outOfMemory:
            self.init(.storeUnavailable, "the store does not work; nothing was changed", retryAfterSeconds: 30)
        case .cancelled:
            self = .givenUp
        case .revisionMismatch: self.init(.preconditionFailed, Self.mismatch(error))
        case .referencesChanged:
            self.init(
                .preconditionFailed,
                "the product's references were changed meanwhile: expected version \(error.expected ?? 0), found "
                    + "\(error.found ?? 0); nothing was stored")
        case .invalidPageToken: self.init(.invalidParameter, "pageToken: \(error.subject)")
        case .limitExceeded:
            let figures = "expected at most \(error.expected ?? 0), found \(error.found ?? 0)"
            self.init(.referenceLimit, "\(error.subject): \(figures)")
        case .tooLarge: self.init(.bodyTooLarge, error.subject)
        // The product was removed while the request was being worked on.
        case .notFound: self.init(.unknownProduct, error.subject)
        default: self = .internalError
        }
    }

    /// What a condition demanded and what was there (RFC 9110, section 13.1).
    private static func mismatch(_ error: StorageError) -> String {
        switch (error.expected, error.found) {
        case (_, nil): "If-Match: expected the product to exist, found none"
        case (let expected?, let found?):
            "If-Match: expected revision r\(expected), found r\(found): the product was changed since it was read"
        case (nil, let found?): "\(error.subject): found revision r\(found)"
        }
    }

    /// What a client is told when the server answers in a handler's place.
    init(_ failure: ServerFailure) {
        let retryAfter = failure.headerFields[.retryAfter].flatMap { Int($0) }
        switch failure.code {
        case .malformed: self.init(.malformedRequest, failure.description, status: failure.status)
        case .invalidTarget: self.init(.malformedRequest, failure.description)
        case .notFound: self.init(.notFound, failure.description)
        case .methodNotAllowed: self.init(.methodNotAllowed, failure.description)
        case .bodyTooLarge: self.init(.bodyTooLarge, failure.description)
        case .headerTimeout, .bodyTimeout: self.init(.requestTimeout, failure.description)
        case .bodyMemoryExhausted, .responseMemoryExhausted, .tooManyConnections:
            self.init(.overloaded, failure.description, retryAfterSeconds: retryAfter)
        case .invalidResponse: self = .internalError
        }
    }
}
