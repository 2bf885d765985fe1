import Glibc

/// Room on the devices that hold files.
package enum DiskSpace {
    /// Bytes that this user may still write in a folder; nil when the system does not tell, or tells more than can be
    /// counted, as some network file systems do.
    package static func freeBytes(in folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? nil : Int(exactly: bytes)
    }

    /// Whether an error number says that there is no room for what was to be written: on the device, in the user's quota,
    /// or within the largest file that the process may write.
    package static func isExhausted(_ errorNumber: Int32?) -> Bool {
        [ENOSPC, EDQUOT, EFBIG].contains(errorNumber)
    }
}
