import ArgumentParser
import Foundation
import Synchronization

/// A failure that ends a command with one line on standard error and an exit code.
struct CommandFailure: Error, CustomStringConvertible {
    /// What was expected, what was found, and where.
    let description: String
    /// The code the process ends with; nil leaves it to the command.
    let exitCode: Int32?

    /// Makes a failure.
    init(_ description: String, exitCode: Int32? = nil) {
        self.description = description
        self.exitCode = exitCode
    }
}

/// Standard output could not be written; a command's own code for failures applies.
private struct OutputFailure: Error, CustomStringConvertible {
    let description: String
}

extension ParsableCommand {
    /// Runs `body` and turns what it throws into one line on standard error and an exit code.
    ///
    /// - Parameters:
    ///   - failureCode: Exit code for errors that do not bring their own.
    ///   - body: The command's work.
    /// - Throws: `ExitCode`, or a usage error for the argument parser to explain.
    static func reporting(failureCode: Int32 = 1, _ body: () throws -> Void) throws {
        do {
            try body()
            try checkOutput()
        } catch {
            throw reported(error, failureCode)
        }
    }

    /// The same for work that waits.
    ///
    /// - Parameter body: The command's work.
    /// - Throws: `ExitCode`, or a usage error for the argument parser to explain.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
            try checkOutput()
        } catch {
            throw reported(error, 1)
        }
    }

    /// A result that did not reach its file is no result.
    private static func checkOutput() throws {
        let number = Terminal.outputFailure.load(ordering: .relaxed)
        guard number == 0 else {
            throw OutputFailure(description: "standard output: cannot be written: \(String(cString: strerror(number)))")
        }
    }

    private static func reported(_ error: any Error, _ failureCode: Int32) -> any Error {
        if error is ExitCode { return error }
        if error is ValidationError {
            // The parser knows of what is found late only that the program ended so, not which command it was.
            let usage = MultiADS.usageString(for: Self.self)
            let name = usage.prefix { !"[<".contains($0) }.trimmingCharacters(in: .whitespaces)
            Terminal.standardError.write(
                "Error: \(Terminal.printable("\(error)"))\nUsage: \(usage)\n  See '\(name) --help' for more information.\n"
            )
            return ExitCode.validationFailure
        }
        Terminal.standardError.write("multiads: \(Terminal.printable("\(error)"))\n")
        return ExitCode((error as? CommandFailure)?.exitCode ?? failureCode)
    }
}
