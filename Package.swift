// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: see docs/adr/0001-architecture.md.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets with hot loops are optimised in debug builds too: unoptimised kernels take minutes where tests allow seconds.
let numeric = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Kernels in C are optimised in debug builds for the same reason.
let optimized: [CSetting] = [.unsafeFlags(["-O2"], .when(configuration: .debug))]

/// C targets that carry files inside the binary by C23's `#embed`.
let embedding: [CSetting] = [.unsafeFlags(["-std=c23"])]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "multiads",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "multiads", targets: ["multiads"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        // C libraries: a module map and a shim each.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinuxSockets"),
        .systemLibrary(name: "CLinuxThreads"),

        // Beneath engine and service.
        .target(name: "SystemThreads", dependencies: ["CLinuxThreads"], swiftSettings: strict),

        // The engine.
        .target(name: "LargePages", swiftSettings: numeric),
        .target(name: "CVectorKernels", cSettings: optimized),
        .target(
            name: "Tensors", dependencies: ["COpenBLAS", "COneDNN", "CVectorKernels", "LargePages", "SystemThreads"],
            swiftSettings: numeric),
        .target(name: "Checkpoints", dependencies: ["Tensors", "COpenSSL"], swiftSettings: numeric),
        .target(
            name: "Images",
            dependencies: ["CTurboJPEG", "CSPNG", "CVectorKernels", "CZlib", "LargePages", "Tensors"],
            swiftSettings: numeric),
        .target(name: "CLIP", dependencies: ["Tensors", "Checkpoints", "Images"], swiftSettings: numeric),
        .target(name: "Synthesis", dependencies: ["Images", "Tensors"], swiftSettings: numeric),
        .target(name: "KnowledgeBaseData", cSettings: embedding),
        .target(
            name: "AnomalyDetection",
            dependencies: ["CLIP", "Tensors", "Checkpoints", "Images", "KnowledgeBaseData"], swiftSettings: numeric),
        .target(
            name: "Datasets", dependencies: ["AnomalyDetection", "Checkpoints", "Images", "Tensors"],
            swiftSettings: numeric),
        .target(
            name: "Evaluation",
            dependencies: ["AnomalyDetection", "CLIP", "Checkpoints", "Datasets", "Images", "Tensors"],
            swiftSettings: numeric),
        .target(
            name: "Training",
            dependencies: ["AnomalyDetection", "Datasets", "CLIP", "Checkpoints", "Images", "Tensors"],
            swiftSettings: numeric),
        .target(name: "BundledModel", exclude: ["model"], cSettings: embedding),
        .target(name: "Console", exclude: ["assets"], cSettings: embedding),
        .target(name: "ModelFetch", dependencies: ["CCurl", "Checkpoints"], swiftSettings: strict),

        // The service.
        .target(
            name: "HTTPServer", dependencies: ["CLinuxSockets", "SystemThreads", httpTypes], swiftSettings: strict),
        .target(
            name: "Migrations", path: "Migrations",
            resources: [
                "m0001_products", "m0002_references", "m0003_results", "m0004_text_embeddings", "m0005_reference_sets",
                "m0006_result_search", "m0007_idempotency", "m0008_calibration",
                "m0009_labels", "m0010_picture_check", "m0011_calibrated_scores",
                "m0012_review_band",
            ].map { .embedInCode("sqlite/\($0).sql") }, swiftSettings: strict),
        .target(name: "Storage", dependencies: ["Migrations", grdb], swiftSettings: strict),
        .target(
            name: "InspectionService",
            dependencies: [
                "Console", "HTTPServer", "Storage", "AnomalyDetection", "CLIP", "Checkpoints", "Images",
                "SystemThreads", "Tensors", httpTypes, logging,
            ], swiftSettings: strict),
        .executableTarget(
            name: "multiads",
            dependencies: [
                "InspectionService", "HTTPServer", "Storage", "AnomalyDetection", "Datasets", "Evaluation", "Training",
                "CLIP", "Checkpoints", "Images", "SystemThreads", "Tensors",
                "Synthesis", "BundledModel", "ModelFetch", argumentParser, logging,
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: strict),

        // Tests: one folder per target.
        .target(
            name: "TestSupport",
            dependencies: ["AnomalyDetection", "CLIP", "Checkpoints", "Datasets", "Images", "Tensors"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "SystemThreadsTests", dependencies: ["SystemThreads"], swiftSettings: strict),
        .target(
            name: "RowKernelTwins", dependencies: ["CVectorKernels"], path: "Tests/RowKernelTwins", cSettings: optimized
        ),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "CVectorKernels", "RowKernelTwins", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "Tensors", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "Tensors", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "SynthesisTests", dependencies: ["Synthesis", "Images"], swiftSettings: strict),
        .testTarget(
            name: "CLIPTests",
            dependencies: ["AnomalyDetection", "CLIP", "Checkpoints", "Images", "Tensors", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AnomalyDetectionTests",
            dependencies: ["AnomalyDetection", "CLIP", "Checkpoints", "Images", "Tensors", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DatasetsTests", dependencies: ["Datasets", "AnomalyDetection", "Images", "Tensors", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "AnomalyDetection", "CLIP", "Checkpoints", "Datasets", "Images", "Tensors", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "AnomalyDetection", "CLIP", "Checkpoints", "Datasets", "Images", "Tensors", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(name: "ModelFetchTests", dependencies: ["ModelFetch", "Checkpoints"], swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["HTTPServer", "Tensors", httpTypes], swiftSettings: strict),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "Migrations", "Tensors", grdb], swiftSettings: strict),
        .testTarget(
            name: "InspectionServiceTests",
            dependencies: [
                "InspectionService", "HTTPServer", "Storage", "AnomalyDetection", "CLIP", "Checkpoints", "Images",
                "Tensors",
                "TestSupport", httpTypes, logging, grdb,
            ], swiftSettings: strict),
        .testTarget(
            name: "multiadsTests",
            dependencies: [
                "multiads", "InspectionService", "HTTPServer", "Storage", "Migrations", "AnomalyDetection", "CLIP",
                "Checkpoints", "Datasets",
                "Evaluation", "Images", "ModelFetch", "Synthesis", "Tensors", "TestSupport", "Training", argumentParser,
                grdb,
                logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "BundledModelTests",
            dependencies: [
                "BundledModel", "AnomalyDetection", "CLIP", "Checkpoints", "Images", "Tensors", "TestSupport",
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
