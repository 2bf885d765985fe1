import AnomalyDetection
import CLIP
import Foundation
import HTTPServer
import InspectionService
import Logging
import Storage
import SystemThreads
import Tensors

/// One life of the service, from an opened store to a closed one.
struct ServiceRun {
    let settings: ServiceSettings
    let logger: Logger
    /// Where the logger's lines go.
    let log: LogQueue

    /// Serves until a signal comes.
    ///
    /// - Throws: What keeps the service from starting: ``CommandFailure``, or the failing part's own error.
    func run() async throws {
        let signals = ShutdownSignals()
        var isFolder: ObjCBool = true
        guard !FileManager.default.fileExists(atPath: settings.data, isDirectory: &isFolder) || isFolder.boolValue
        else {
            throw CommandFailure("data folder \(settings.data): expected a folder, found a file")
        }
        // Nothing is made, and nobody waits for the model, where another service has the port.
        try HTTPServer.checkAddress(of: settings.service.server)
        // Keys and store first: a faulty line or a folder in use is found before seconds are spent on the model.
        let (file, isOptional) = settings.keyFile
        let keys = try AccessKeys(file: file, isOptional: isOptional, logger: logger)
        let store = try await openStore()
        do {
            try await serve(store, keys, signals)
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        logger.info("stopped")
    }

    private func serve(_ store: SQLiteStore, _ keys: AccessKeys, _ signals: ShutdownSignals) async throws {
        let selection = try settings.arithmetic.select(for: ModelLocation(folder: settings.model).files())
        for fault in selection.rejected { logger.warning("an engine is not used", metadata: ["reason": "\(fault)"]) }
        let model = try loadModel(selection)
        var configuration = settings.service
        configuration.arithmetic = selection
        configuration.engineName = Version.text
        configuration.lostLogLines = { [log] in log.lost }
        fitConnections(&configuration.server.limits.maxConnections)
        if let types = settings.defaultDefectTypes ?? ProductPrompts.trainedTypes(model.adapter) {
            configuration.defaultDefectTypes = types
        }
        var knowledge = try KnowledgeBase.builtIn()
        for path in settings.knowledgeBase {
            try knowledge.merge(file: path, bytes: InputFile.read(path, maximumBytes: InputFile.maximumTextBytes))
        }
        let application = InspectionApplication(
            model: model, knowledgeBase: knowledge, store: store, configuration: configuration, keys: keys,
            logger: logger)
        let address = try application.listen()
        logger.info("testing the model and encoding the default product's prompts", metadata: ["url": "\(address.url)"])
        do {
            try await application.start()
        } catch {
            await application.drain(deadline: .zero)
            throw error
        }
        signals.beginServing()
        announce("multiads is ready at \(address.url) (model \(settings.model ?? "bundled"))\n")
        let number = await signals.wait()
        logger.notice("signal received, finishing running requests", metadata: ["signal": "\(number)"])
        await application.drain()
    }

    /// Takes as many descriptors as the system gives, and no more connections than they allow.
    private func fitConnections(_ connections: inout Int) {
        guard let limit = DescriptorLimit.raise() else { return }
        let fitting = DescriptorLimit.connections(connections, within: limit)
        if fitting < connections {
            logger.warning(
                "fewer connections than configured, the limit of open files allows no more",
                metadata: [
                    "server.limits.maxConnections": "\(connections)", "connections": "\(fitting)",
                    "openFiles": "\(limit)",
                ])
        }
        connections = fitting
    }

    /// Prints a line on a thread of its own: whoever started the service may not read what it prints, and a signal must
    /// find somebody who waits for it.
    private func announce(_ line: String) {
        let write = { @Sendable in Terminal.standardOutput.write(line) }
        do {
            try SystemThread.start(name: "announcement", write)
        } catch {
            write()
        }
    }

    private func openStore() async throws -> SQLiteStore {
        do {
            return try await SQLiteStore.open(directory: settings.data)
        } catch {
            throw CommandFailure("data folder \(settings.data): \(error.explanation)")
        }
    }

    private func loadModel(_ selection: ArithmeticSelection) throws -> InspectionModel {
        let watch = Stopwatch()
        let model = try InspectionModel.load(
            try ModelLocation(folder: settings.model).files(), adapterPath: settings.adapter,
            activation: settings.activation, stages: settings.stages?.blocks,
            arithmetic: selection.arithmetic, threads: settings.computeThreads
        ) { step in logger.info("\(step)") }
        logger.info(
            "model loaded",
            metadata: [
                "model": "\(settings.model ?? "bundled")", "weights": "sha256:\(model.clip.digest)",
                "adapter": "sha256:\(model.adapter.digest)",
                "activation": "\(model.clip.configuration.activation.rawValue)",
                "arithmetic": "\(model.clip.arithmetic.description)", "why": "\(selection.reason)",
                "threads": "\(model.threads.count)",
                "seconds": "\(TextLayout.decimal(watch.seconds, 2))",
            ])
        return model
    }
}
