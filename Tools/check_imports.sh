#!/usr/bin/env bash
# Compares the `import` lines of every target with the table of who may import whom (docs/adr/0001-architecture.md).
# SwiftPM accepts importing a transitive dependency; this does not.
set -euo pipefail
cd "$(dirname "$0")/.."

engine="Tensors Checkpoints Images CLIP"
declare -A allowed=(
    [LargePages]=""
    [SystemThreads]="CLinuxThreads"
    [Tensors]="COpenBLAS COneDNN CVectorKernels LargePages SystemThreads"
    [Checkpoints]="Tensors COpenSSL"
    [Images]="CTurboJPEG CSPNG CVectorKernels CZlib LargePages Tensors"
    [Synthesis]="Tensors Images"
    [CLIP]="Tensors Checkpoints Images"
    [AnomalyDetection]="$engine KnowledgeBaseData"
    [Datasets]="Tensors Checkpoints Images AnomalyDetection"
    [Evaluation]="$engine AnomalyDetection Datasets"
    [Training]="$engine AnomalyDetection Datasets"
    [ModelFetch]="CCurl Checkpoints"
    [HTTPServer]="CLinuxSockets SystemThreads HTTPTypes"
    [Migrations]=""
    [Storage]="Migrations GRDB"
    [InspectionService]="$engine AnomalyDetection Console HTTPServer HTTPTypes Storage SystemThreads Logging"
    [multiads]="$engine AnomalyDetection Datasets Evaluation Training HTTPServer Storage InspectionService Synthesis SystemThreads BundledModel ModelFetch ArgumentParser Logging Yams"
)
system="Dispatch Foundation FoundationEssentials Glibc Musl Synchronization"
status=0
for target in "${!allowed[@]}"; do
    folder=Sources/$target
    [ "$target" = Migrations ] && folder=Migrations
    [ -d "$folder" ] || { echo "check_imports: no folder $folder for target $target"; status=1; continue; }
    while IFS=: read -r file line text; do
        module=$(sed -E 's/^((public|package|internal|private|fileprivate) )?(@[A-Za-z_]+ )?import ((struct|class|enum|func|protocol|typealias) )?([A-Za-z0-9_]+).*/\6/' <<<"$text")
        case " $system ${allowed[$target]} " in
            *" $module "*) ;;
            *) echo "$file:$line: $target may not import $module (allowed: ${allowed[$target]:-nothing})"; status=1 ;;
        esac
    done < <(grep -rnE '^ *((public|package|internal|private|fileprivate) )?(@[A-Za-z_]+ )?import ' "$folder" --include='*.swift' | sed -E 's/: +/:/' || true)
done
# Every Swift target must be in the table.
for folder in Sources/*/; do
    name=$(basename "$folder")
    if ls "$folder"/*.swift "$folder"/*/*.swift >/dev/null 2>&1 && [ -z "${allowed[$name]+set}" ]; then
        echo "check_imports: target $name is not in the table"; status=1
    fi
done
exit $status
