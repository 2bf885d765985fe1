/// Where the central directory lies, from the end-of-directory records.
struct ZipDirectoryLocation {
    let entryCount: Int
    /// Absolute positions of the directory's records.
    let range: Range<Int>

    /// Finds the records at the end of the file.
    init(bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
        guard let end = Self.findEnd(in: bytes) else {
            throw CheckpointError(
                .truncated, file: file,
                "expected a ZIP directory in the last 64 KiB, found none; the file is probably cut off")
        }
        guard let disk = bytes.integer(at: end + 4, as: UInt16.self),
            let directoryDisk = bytes.integer(at: end + 6, as: UInt16.self),
            let countHere = bytes.integer(at: end + 8, as: UInt16.self),
            let count = bytes.integer(at: end + 10, as: UInt16.self),
            let size = bytes.integer(at: end + 12, as: UInt32.self),
            let offset = bytes.integer(at: end + 16, as: UInt32.self)
        else { throw Self.damaged(file) }
        let isSaturated = count == .max || countHere == .max || size == .max || offset == .max
        if let zip64 = try Self.zip64(bytes, before: end, file: file) {
            (entryCount, range) = zip64
            guard count == .max || Int(count) == entryCount, size == .max || Int(size) == range.count,
                offset == .max || Int(offset) == range.lowerBound
            else {
                throw CheckpointError(
                    .invalidArchive, file: file,
                    "the two end-of-directory records (ZIP and ZIP64) contradict each other")
            }
        } else {
            guard !isSaturated, disk == 0, directoryDisk == 0, count == countHere else {
                throw CheckpointError(
                    .unsupportedArchive, file: file,
                    "expected one archive on one disk, found \(isSaturated ? "no ZIP64 record" : "several disks")")
            }
            guard let range = Self.range(UInt64(offset), UInt64(size), before: end) else { throw Self.damaged(file) }
            entryCount = Int(count)
            self.range = range
        }
        guard entryCount <= range.count / ZipDirectoryRecord.fixedLength else { throw Self.damaged(file) }
    }

    /// The record is the last 22 bytes, before a comment of at most 65 535 bytes whose length it states.
    private static func findEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
        var position = bytes.count - 22
        let lowest = max(0, position - 65_535)
        while position >= lowest {
            if bytes.integer(at: position, as: UInt32.self) == 0x0605_4B50,
                let comment = bytes.integer(at: position + 20, as: UInt16.self),
                position + 22 + Int(comment) == bytes.count
            {
                return position
            }
            position -= 1
        }
        return nil
    }

    private static func zip64(
        _ bytes: UnsafeRawBufferPointer, before end: Int, file: String
    ) throws(CheckpointError) -> (Int, Range<Int>)? {
        guard bytes.integer(at: end - 20, as: UInt32.self) == 0x0706_4B50 else { return nil }
        guard let recordOffset = bytes.integer(at: end - 12, as: UInt64.self), let record = Int(exactly: recordOffset),
            bytes.integer(at: record, as: UInt32.self) == 0x0606_4B50, record <= end - 20 - 56,
            let disk = bytes.integer(at: record + 16, as: UInt32.self), disk == 0,
            let countHere = bytes.integer(at: record + 24, as: UInt64.self),
            let count = bytes.integer(at: record + 32, as: UInt64.self), count == countHere,
            let size = bytes.integer(at: record + 40, as: UInt64.self),
            let offset = bytes.integer(at: record + 48, as: UInt64.self),
            let range = range(offset, size, before: record), let entries = Int(exactly: count)
        else { throw damaged(file) }
        return (entries, range)
    }

    private static func range(_ offset: UInt64, _ size: UInt64, before limit: Int) -> Range<Int>? {
        guard let start = Int(exactly: offset), let length = Int(exactly: size), start <= limit, length <= limit - start
        else { return nil }
        return start..<start + length
    }

    private static func damaged(_ file: String) -> CheckpointError {
        CheckpointError(.invalidArchive, file: file, "the ZIP end-of-directory records do not fit the file")
    }
}

/// One record of the central directory.
struct ZipDirectoryRecord {
    static let fixedLength = 46

    let name: String
    let flags: UInt16
    let method: UInt16
    let checksum: UInt32
    let storedSize: Int
    /// Absolute position of the local header.
    let localHeader: Int
    private let nameBytes: UnsafeRawBufferPointer
    /// Bytes this record takes in the directory.
    let length: Int

    /// Reads the record at `position`; the directory ends at `end`.
    init(bytes: UnsafeRawBufferPointer, at position: Int, end: Int, file: String) throws(CheckpointError) {
        let damaged = CheckpointError(.invalidArchive, file: file, "directory record at byte \(position) is malformed")
        guard let record = bytes.slice(at: position, count: end - position),
            record.integer(at: 0, as: UInt32.self) == 0x0201_4B50,
            let flags = record.integer(at: 8, as: UInt16.self), let method = record.integer(at: 10, as: UInt16.self),
            let checksum = record.integer(at: 16, as: UInt32.self), let size = record.integer(at: 20, as: UInt32.self),
            let originalSize = record.integer(at: 24, as: UInt32.self),
            let nameLength = record.integer(at: 28, as: UInt16.self),
            let extraLength = record.integer(at: 30, as: UInt16.self),
            let commentLength = record.integer(at: 32, as: UInt16.self),
            let offset = record.integer(at: 42, as: UInt32.self),
            let nameBytes = record.slice(at: Self.fixedLength, count: Int(nameLength)),
            let extra = record.slice(at: Self.fixedLength + Int(nameLength), count: Int(extraLength)),
            let name = String(validating: nameBytes, as: UTF8.self), !name.isEmpty
        else { throw damaged }
        length = Self.fixedLength + Int(nameLength) + Int(extraLength) + Int(commentLength)
        guard length <= record.count else { throw damaged }

        // APPNOTE 4.5.3: a ZIP64 field holds, in this order, only those values whose 32-bit field is saturated.
        var wide = Zip64Field(extra: extra)
        guard let fullOriginal = wide.widen(originalSize), let fullStored = wide.widen(size),
            let fullOffset = wide.widen(offset)
        else { throw damaged }
        guard method != 0 || fullStored == fullOriginal else {
            throw CheckpointError(
                .invalidArchive, file: file,
                "entry “\(name)” is stored, yet its sizes differ: \(fullStored) and \(fullOriginal) bytes")
        }
        (self.name, self.nameBytes, self.flags, self.method) = (name, nameBytes, flags, method)
        (self.checksum, storedSize, localHeader) = (checksum, fullStored, fullOffset)
    }

    /// Position of the first data byte, after comparing the local header with this record.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limit: Data must end here at the latest: the start of the directory.
    ///   - file: Path or label for messages.
    /// - Returns: Absolute position.
    /// - Throws: ``CheckpointError`` with `.invalidArchive`.
    func dataStart(in bytes: UnsafeRawBufferPointer, limit: Int, file: String) throws(CheckpointError) -> Int {
        guard let header = bytes.slice(at: localHeader, count: 30),
            header.integer(at: 0, as: UInt32.self) == 0x0403_4B50,
            header.integer(at: 8, as: UInt16.self) == method,
            let localFlags = header.integer(at: 6, as: UInt16.self),
            let localSize = header.integer(at: 18, as: UInt32.self),
            let nameLength = header.integer(at: 26, as: UInt16.self),
            let extraLength = header.integer(at: 28, as: UInt16.self),
            let localName = bytes.slice(at: localHeader + 30, count: Int(nameLength)),
            localName.elementsEqual(nameBytes)
        else {
            throw CheckpointError(
                .invalidArchive, file: file, "entry “\(name)”: its local header does not match the directory")
        }
        // With flag bit 3 the sizes follow the data; otherwise they must agree (unless moved to a ZIP64 field).
        guard localFlags & 8 != 0 || localSize == .max || Int(localSize) == storedSize else {
            throw CheckpointError(
                .invalidArchive, file: file,
                "entry “\(name)”: the directory says \(storedSize) bytes, the local header \(localSize)")
        }
        let start = localHeader + 30 + Int(nameLength) + Int(extraLength)
        guard start <= limit, storedSize <= limit - start else {
            throw CheckpointError(
                .invalidArchive, file: file,
                "entry “\(name)”: its \(storedSize) bytes reach beyond the directory's start")
        }
        return start
    }
}

/// The 64-bit values of a record's ZIP64 extra field (header id 1), consumed in order.
private struct Zip64Field {
    private let values: UnsafeRawBufferPointer
    private var consumed = 0

    init(extra: UnsafeRawBufferPointer) {
        var position = 0
        var found = UnsafeRawBufferPointer(start: nil, count: 0)
        while let id = extra.integer(at: position, as: UInt16.self),
            let size = extra.integer(at: position + 2, as: UInt16.self),
            let body = extra.slice(at: position + 4, count: Int(size))
        {
            if id == 1 { found = body }
            position += 4 + Int(size)
        }
        values = found
    }

    /// The value itself, or the next 64-bit one where the 32-bit field is saturated; nil when that is missing.
    mutating func widen(_ value: UInt32) -> Int? {
        guard value == .max else { return Int(value) }
        guard let wide = values.integer(at: consumed, as: UInt64.self) else { return nil }
        consumed += 8
        return Int(exactly: wide)
    }
}
