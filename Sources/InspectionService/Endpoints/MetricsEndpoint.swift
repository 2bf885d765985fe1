import AnomalyDetection
import CLIP
import HTTPServer
import HTTPTypes
import Storage

/// `GET /metrics`, for Prometheus.
struct MetricsEndpoint {
    let core: ServiceCore
    private let started: Timestamp

    init(core: ServiceCore) {
        self.core = core
        started = core.environment.now()
    }

    func register(in table: inout RouteTable) {
        table.add(.get, "/metrics", for: .line) { request, _ in
            _ = try QueryReader(request, known: [])
            var response = ServerResponse(
                contentType: PrometheusText.contentType, bytes: Array(await text().utf8))
            response.headerFields[.cacheControl] = "no-store"
            return response
        }
    }

    private func text() async -> String {
        let counts = core.metrics.counts
        var text = PrometheusText()
        addServer(counts, &text)
        addAccess(&text)
        addInspections(counts, &text)
        await addState(&text)
        await addResults(&text)
        addProcess(&text)
        return text.text
    }

    private func addServer(_ counts: ServiceMetrics.Counts, _ text: inout PrometheusText) {
        let requests = counts.requests.sorted { left, right in
            (left.key.route, left.key.method, left.key.status) < (right.key.route, right.key.method, right.key.status)
        }
        text.histograms(
            "http_server_request_duration_seconds", "From a request's first byte to its answer's last.",
            requests.map { key, value in
                ([("method", key.method), ("route", key.route), ("status", String(key.status))], value)
            })
        text.family(
            "http_server_undelivered_total", .counter, "Answers that the client did not take to their end.",
            Self.samples(counts.undelivered, "outcome"))
        text.family(
            "http_server_refused_total", .counter, "Requests refused by their head: key, role, origin or host.",
            Self.samples(counts.refused, "reason"))
        text.value("http_server_connections_total", .counter, "Connections accepted.", Double(counts.connections))
        text.value(
            "http_server_active_connections", .gauge, "Connections open now.", Double(counts.openConnections))
    }

    private func addInspections(_ counts: ServiceMetrics.Counts, _ text: inout PrometheusText) {
        text.histograms(
            "inspect_stage_duration_seconds", "Time spent in each step of an inspection.",
            counts.stages.sorted { $0.key < $1.key }.map { ([("stage", $0.key)], $0.value) })
        text.histograms(
            "inspect_queue_wait_seconds", "Time a decoded picture waited for the engine.", [([], counts.queueWait)])
        text.family(
            "inspect_rejected_total", .counter, "Inspections that were not made, by kind of problem.",
            Self.samples(counts.rejected, "reason"))
        text.family(
            "inspect_verdicts_total", .counter, "Inspections stored, by product and verdict.",
            counts.verdicts.sorted { $0.key < $1.key }.flatMap { product, verdicts in
                verdicts.sorted { $0.key < $1.key }.map {
                    ([("product", product), ("verdict", $0.key)], Double($0.value))
                }
            })
        text.family(
            "inspect_picture_faults_total", .counter,
            "Pictures that were not judged, by product and what is wrong with them.",
            counts.faults.sorted { $0.key < $1.key }.flatMap { product, faults in
                faults.sorted { $0.key < $1.key }.map { ([("product", product), ("fault", $0.key)], Double($0.value)) }
            })
        text.family(
            "inspect_reviews_total", .counter,
            "Parts that were left to people, their scores being close to the threshold.",
            Self.samples(counts.reviews, "product"))
        text.histograms(
            "inspect_score", "Image scores of stored inspections.",
            counts.scores.sorted { $0.key < $1.key }.map { ([("product", $0.key)], $0.value) })
        text.value("inspect_dry_runs_total", .counter, "Inspections made and not stored.", Double(counts.dryRuns))
        text.value(
            "inspect_replays_total", .counter, "Answers given again for their Idempotency-Key.",
            Double(counts.replays))
    }

    private func addAccess(_ text: inout PrometheusText) {
        let keys = core.doorkeeper.keys
        if let count = keys.count { text.value("access_keys", .gauge, "Keys that are let in.", Double(count)) }
        text.value(
            "access_key_file_failing", .gauge, "1 while the key file cannot be used.", keys.problem == nil ? 0 : 1)
    }

    private func addState(_ text: inout PrometheusText) async {
        let load = core.line.load
        text.value("inspect_ready", .gauge, "1 while inspections are taken.", core.readiness.state == .ready ? 1 : 0)
        text.value("inspect_queue_depth", .gauge, "Inspections in work or waiting.", Double(load.requests))
        text.value(
            "inspect_queue_limit", .gauge, "Inspections that may be in work or waiting.", Double(core.line.maxRequests))
        text.value("inspect_queue_bytes", .gauge, "Bytes of decoded pictures in work or waiting.", Double(load.bytes))
        text.value(
            "inspect_engine_waiting", .gauge, "Pieces of work that wait for the engine.", Double(core.compute.waiting))
        if let products = try? await core.store.products(after: nil, limit: ServiceMetrics.maxProducts) {
            text.family(
                "inspect_reference_images", .gauge, "References of a product's current set.",
                products.items.map { ([("product", $0.id)], Double($0.references.count)) })
            text.family(
                "inspect_drift", .gauge,
                "Where scores went since the calibration: 1 higher, -1 lower, 0 neither; after every "
                    + "\(DriftMonitor.window) inspections.",
                products.items.compactMap { product in
                    core.drift.status(of: product.id).map {
                        ([("product", product.id)], [.higher: 1, .lower: -1][$0] ?? 0)
                    }
                })
        }
        text.value("inspect_bank_bytes", .gauge, "Memory banks in memory, in bytes.", Double(core.banks.bytes))
        text.family(
            "inspect_build_info", .gauge, "Always 1; its labels say what runs.",
            [
                (
                    [
                        ("engine", core.configuration.engineName), ("weights", core.model.clip.digest),
                        ("adapter", core.model.adapter.digest),
                    ], 1
                )
            ])
    }

    private func addResults(_ text: inout PrometheusText) async {
        if let totals = try? await core.store.resultTotals() {
            text.family(
                "inspect_stored_results", .gauge, "Results in the store.",
                Verdict.allCases.map { ([("verdict", $0.rawValue)], Double(totals[$0].results)) })
            text.family(
                "inspect_stored_bytes", .gauge, "What results take in the store, with their pictures.",
                Verdict.allCases.map { ([("verdict", $0.rawValue)], Double(totals[$0].bytes)) })
        }
        let retention = core.retention.report
        text.family(
            "inspect_retention_removed_results_total", .counter, "Results that retention removed.",
            Verdict.allCases.map { ([("verdict", $0.rawValue)], Double(retention.removed[$0]?.results ?? 0)) })
        text.value(
            "inspect_retention_removed_bytes_total", .counter, "What they took in the store.",
            Double(retention.allRemoved.bytes))
        text.value("inspect_retention_runs_total", .counter, "Looks that retention took.", Double(retention.runs))
        text.value(
            "inspect_retention_failing", .gauge, "1 when the last look could not finish.",
            retention.failure == nil ? 0 : 1)
    }

    private func addProcess(_ text: inout PrometheusText) {
        if let lost = core.configuration.lostLogLines?() {
            text.value(
                "inspect_log_lines_lost_total", .counter, "Log lines that were lost because nobody read them in time.",
                Double(lost))
        }
        if let bytes = ProcessFacts.residentBytes {
            text.value("process_resident_memory_bytes", .gauge, "Memory in use.", Double(bytes))
        }
        text.value("process_cpu_seconds_total", .counter, "Processor time used.", ProcessFacts.processorSeconds)
        if let count = ProcessFacts.openDescriptors {
            text.value("process_open_fds", .gauge, "Descriptors that are open.", Double(count))
        }
        text.value(
            "process_start_time_seconds", .gauge, "When the service started, since 1970.",
            Double(started.microseconds) / 1e6)
    }

    private static func samples(
        _ counts: [String: Int], _ label: String
    ) -> [(labels: PrometheusText.Labels, value: Double)] {
        counts.sorted { $0.key < $1.key }.map { ([(label, $0.key)], Double($0.value)) }
    }
}
