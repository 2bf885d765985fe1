public import AnomalyDetection
public import HTTPServer
public import Logging
public import Storage
import Synchronization

/// The visual-inspection service: a model, a store and a server joined.
///
/// Use it in this order: ``listen()`` (liveness answers at once), ``start()`` (readiness follows), ``drain(deadline:)``.
/// The store is the caller's to close, after draining.
public final class InspectionApplication: Sendable {
    let core: ServiceCore
    private let server: HTTPServer
    /// What the routes are, for descriptions of them.
    let routes: [RouteTable.Entry]
    /// All routes, to answer requests without a socket.
    public let router: Router

    /// Joins the parts; nothing runs yet.
    ///
    /// - Parameters:
    ///   - model: A loaded model with its adapter.
    ///   - knowledgeBase: The defect types that products may name.
    ///   - store: Keeps products, references and results.
    ///   - configuration: Limits and defaults.
    ///   - keys: Who is let in; everybody unless told otherwise.
    ///   - logger: Gets one line per request, and the service's own events.
    ///   - environment: Clocks and randomness.
    public init(
        model: InspectionModel, knowledgeBase: KnowledgeBase, store: any Store,
        configuration: InspectionServiceConfiguration = InspectionServiceConfiguration(), keys: AccessKeys = .open,
        logger: Logger, environment: ServiceEnvironment = .system
    ) {
        let core = ServiceCore(
            model: model, knowledgeBase: knowledgeBase, store: store, configuration: configuration, keys: keys,
            environment: environment, logger: logger)
        var table = RouteTable(core: core)
        ConsoleEndpoints().register(in: &table)
        HealthEndpoints(core: core).register(in: &table)
        MetricsEndpoint(core: core).register(in: &table)
        InspectionEndpoints(core: core).register(in: &table)
        DefectTypeEndpoint(core: core).register(in: &table)
        ProductEndpoints(core: core).register(in: &table)
        ReferenceEndpoints(core: core).register(in: &table)
        CalibrationEndpoints(core: core).register(in: &table)
        ResultEndpoints(core: core).register(in: &table)
        ResultPictureEndpoints(core: core).register(in: &table)
        LabelEndpoints(core: core).register(in: &table)
        self.core = core
        OpenAPIEndpoint(core: core).register(in: &table)
        router = table.router
        routes = table.entries
        server = HTTPServer(
            configuration: configuration.server, router: table.router, errorResponder: core.respond,
            observer: ServerLog(logger: logger, metrics: core.metrics))
    }

    /// Opens the port; until ``start()`` has ended, work is answered 503.
    ///
    /// - Returns: The address, with the port that was chosen.
    /// - Throws: `ServerError` when the address cannot be listened on.
    public func listen() throws(ServerError) -> BoundAddress {
        let address = try server.start()
        let (keys, hosts) = (core.doorkeeper.keys, core.doorkeeper.hosts)
        hosts.isListening(on: address)
        keys.watch(core.environment)
        if keys.isOpen, hosts.isReachedFromOutside {
            core.logger.warning(
                "no access keys: whoever reaches this address may do everything; make one with `multiads keys add`",
                metadata: ["url": "\(address.url)"])
        }
        return address
    }

    /// Warms and tests the model, makes the default product on a first start, and turns ready.
    ///
    /// On the first start with a model this encodes the default product's prompts, so that being ready means that a
    /// picture can be sent; later starts find them in the store. With a large model that takes longer than anyone should wait for other
    /// products: readiness waits as long as the configuration says, and the rest follows while the service runs.
    ///
    /// - Throws: `InspectionModelError` when the model gives numbers that are not finite, or `StorageError`. The
    ///   service then stays not ready.
    public func start() async throws {
        do {
            try await core.compute.run { [model = core.model] in try SelfTest.run(model) }
            try await makeDefaultProduct()
        } catch {
            core.readiness.move(to: .failed)
            throw error
        }
        core.readiness.move(to: .ready)
        core.retention.start()
        await core.registry.prepareAll(in: core.store)
    }

    /// The description of the interface.
    var openAPI: OpenAPIDocument { core.openAPI(routes: routes) }

    /// Connections now open.
    public var activeConnections: Int { server.activeConnections }

    /// Answers a request as the server would, without a socket.
    ///
    /// - Parameter failure: What no route answers.
    /// - Returns: The answer, as problem+json.
    public func respond(to failure: ServerFailure) -> ServerResponse { core.respond(to: failure) }

    /// Shuts down in order: refuses new work, lets requests finish until the deadline, and stops preparations and retention
    /// meanwhile.
    ///
    /// Requests that run have what they need of the registry, or are answered that the service shuts down.
    ///
    /// - Parameter deadline: Longest time to wait; the server configuration's when nil.
    public func drain(deadline: Duration? = nil) async {
        core.readiness.move(to: .draining)
        core.doorkeeper.keys.stop()
        let limit = deadline ?? core.configuration.server.deadlines.drain
        async let drained: Void = server.drain(deadline: limit)
        // A piece of work that takes longer is left behind, and fails at the closed store.
        await core.environment.wait(atMost: limit) { [core] in
            async let retention: Void = core.retention.stop()
            await core.registry.stop()
            await retention
        }
        await drained
    }

    private func makeDefaultProduct() async throws {
        let configuration = core.configuration
        let id = InspectionServiceConfiguration.defaultProduct
        let settings = try core.productForm.defaultSettings(id: id)
        if try await core.store.product(id) == nil {
            _ = try await core.store.putProduct(id, settings: settings, if: .absent, at: core.environment.now())
        }
        guard let product = try await core.store.product(id) else { return }
        let preparation: Preparation
        do {
            preparation = try await core.registry.preparation(of: product)
        } catch {
            // Its settings can be changed once the service runs.
            core.logger.error("the default product cannot be inspected", metadata: ["problem": "\(error)"])
            return
        }
        let watch = Task { [core] in
            guard case .failed(let problem) = await preparation.finalState(), core.readiness.state != .draining
            else { return }
            // Other products may be fine, and this one says what is wrong with it.
            core.logger.error("the default product cannot be inspected", metadata: ["problem": "\(problem.detail)"])
        }
        if await preparation.isFinished(within: configuration.defaultProductWait, core.environment) {
            await watch.value
        } else {
            core.logger.notice(
                "the default product's prompts are still being encoded; until then its pictures are answered 503",
                metadata: ["product": "\(id)"])
        }
    }
}
