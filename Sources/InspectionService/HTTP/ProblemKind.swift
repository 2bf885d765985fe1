import HTTPTypes

/// The kinds of failure a client can tell apart; each is the stable end of a problem's `type` (RFC 9457, section 3.1.1).
enum ProblemKind: String, Sendable, CaseIterable {
    case malformedRequest = "malformed-request"
    case invalidParameter = "invalid-parameter"
    case unauthorized = "unauthorized"
    case forbidden = "forbidden"
    case crossOrigin = "cross-origin"
    case unknownHost = "unknown-host"
    case emptyBody = "empty-body"
    case malformedMultipart = "malformed-multipart"
    case malformedJSON = "malformed-json"
    case notFound = "not-found"
    case unknownProduct = "unknown-product"
    case unknownReference = "unknown-reference"
    case unknownReferenceVersion = "unknown-reference-version"
    case unknownResult = "unknown-result"
    case unknownCalibration = "unknown-calibration"
    case pictureNotKept = "picture-not-kept"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case requestTimeout = "request-timeout"
    case lengthRequired = "length-required"
    case idempotencyKeyInFlight = "idempotency-key-in-flight"
    case idempotencyKeyReused = "idempotency-key-reused"
    case deadlinePassed = "deadline-passed"
    case referenceLimit = "reference-limit"
    case rangeNotSatisfiable = "range-not-satisfiable"
    case preconditionFailed = "precondition-failed"
    case preconditionRequired = "precondition-required"
    case notCalibrated = "not-calibrated"
    case bodyTooLarge = "body-too-large"
    case imageTooLarge = "image-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case notAnImage = "not-an-image"
    case unusableImage = "unusable-image"
    case invalidBody = "invalid-body"
    case invalidProduct = "invalid-product"
    case invalidMetadata = "invalid-metadata"
    case noReferences = "no-references"
    case calibrationImpossible = "calibration-impossible"
    case queueFull = "queue-full"
    case calibrationRunning = "calibration-running"
    case internalError = "internal-error"
    case notReady = "not-ready"
    case draining = "draining"
    case productPreparing = "product-preparing"
    case preparationFailed = "preparation-failed"
    case storeFull = "store-full"
    case storeUnavailable = "store-unavailable"
    case overloaded = "overloaded"
    case givenUp = "given-up"

    /// The value of `type`; `GET` on it explains the kind.
    var type: String { "/problems/\(rawValue)" }

    /// The status it is answered with.
    var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .invalidParameter, .emptyBody, .malformedMultipart, .malformedJSON: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden, .crossOrigin, .unknownHost: .forbidden
        case .notFound, .unknownProduct, .unknownReference, .unknownReferenceVersion, .unknownResult,
            .unknownCalibration, .pictureNotKept:
            .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .requestTimeout: .requestTimeout
        case .lengthRequired: .lengthRequired
        case .idempotencyKeyInFlight: .conflict
        case .deadlinePassed: .gatewayTimeout
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .preconditionFailed: .preconditionFailed
        case .preconditionRequired, .notCalibrated: .preconditionRequired
        case .bodyTooLarge, .imageTooLarge: .contentTooLarge
        case .unsupportedMediaType, .notAnImage: .unsupportedMediaType
        case .unusableImage, .invalidBody, .invalidProduct, .invalidMetadata, .referenceLimit, .idempotencyKeyReused,
            .noReferences, .calibrationImpossible:
            .unprocessableContent
        case .queueFull, .calibrationRunning: .tooManyRequests
        case .internalError: .internalServerError
        case .notReady, .draining, .productPreparing, .preparationFailed, .storeFull, .storeUnavailable, .overloaded,
            .givenUp:
            .serviceUnavailable
        }
    }

    /// Statuses that it is answered with where HTTP names a finer one.
    var finerStatuses: [HTTPResponse.Status] { self == .malformedMultipart ? [.contentTooLarge] : [] }

    /// What it means in a few words, the same for every occurrence.
    var title: String {
        switch self {
        case .malformedRequest: "The request is not acceptable HTTP"
        case .invalidParameter: "A query parameter or header field has a value that cannot be used"
        case .unauthorized: "The request shows no key that the service knows"
        case .forbidden: "The key does not allow this"
        case .crossOrigin: "The request comes from a web page of another site"
        case .unknownHost: "The request is for a host that this service is not known as"
        case .emptyBody: "The request has no body"
        case .malformedMultipart: "The multipart body cannot be taken apart"
        case .malformedJSON: "The body is not JSON"
        case .notFound: "Nothing is found at this path"
        case .unknownProduct: "There is no such product"
        case .unknownReference: "The product has no such reference"
        case .unknownReferenceVersion: "The product's references have no such version"
        case .unknownResult: "There is no such result or picture"
        case .unknownCalibration: "The product has no such calibration"
        case .pictureNotKept: "The picture of this result was not kept"
        case .methodNotAllowed: "The method is not offered at this path"
        case .notAcceptable: "None of the media types in Accept can be sent"
        case .requestTimeout: "The request did not arrive in time"
        case .lengthRequired: "The request says neither how long its body is nor that it comes in chunks"
        case .idempotencyKeyInFlight: "The first request with this Idempotency-Key is still being worked on"
        case .idempotencyKeyReused: "The Idempotency-Key belongs to another request"
        case .deadlinePassed: "The inspection could not begin in time"
        case .rangeNotSatisfiable: "The range begins behind the end"
        case .referenceLimit: "The product's references are at their limit"
        case .preconditionFailed: "The product is not in the state that the request demands"
        case .preconditionRequired: "Changing a product needs If-Match with the ETag of what is changed"
        case .notCalibrated: "The product's thresholds are no calibration's, or not any more"
        case .noReferences: "The product decides by references and has none"
        case .calibrationImpossible: "The pictures give no threshold"
        case .bodyTooLarge: "The body is too large"
        case .imageTooLarge: "The picture has too many pixels"
        case .unsupportedMediaType: "The body has a media type that cannot be used here"
        case .notAnImage: "The body is not a JPEG or PNG picture"
        case .unusableImage: "The picture cannot be decoded or inspected"
        case .invalidBody: "The JSON body cannot be used"
        case .invalidProduct: "The product's settings cannot be used"
        case .invalidMetadata: "The metadata cannot be used"
        case .queueFull: "Too many inspections or drawings are waiting"
        case .calibrationRunning: "Another calibration is running"
        case .internalError: "The service failed"
        case .notReady: "The service is not ready yet"
        case .draining: "The service is shutting down"
        case .productPreparing: "The product is being prepared"
        case .preparationFailed: "The product could not be prepared"
        case .storeFull: "No room is left for results"
        case .storeUnavailable: "The store does not accept the request now"
        case .overloaded: "Too much is being received at once"
        case .givenUp: "The request was given up before it was answered"
        }
    }
}
