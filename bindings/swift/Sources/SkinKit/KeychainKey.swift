#if canImport(Security)
import Foundation
import Security

/// The history's key in the Keychain: on this device only, readable after the first unlock, in no backup.
public struct KeychainKey: Sendable {
    /// The app's own name for it.
    public let service: String
    /// One a history.
    public let account: String

    /// A key under a name.
    public init(service: String, account: String = "skinkit.history") {
        self.service = service
        self.account = account
    }

    /// The key; made and kept if there is none yet. Overwrite your copy after use where you can.
    ///
    /// - Throws: ``SkinKitError`` of the kind `wrongKey` where the Keychain refuses, with its status.
    public func loadOrMake() throws -> Data {
        if let key = try load() { return key }
        let key = try generateKey()
        var item = query
        item[kSecValueData as String] = key
        item[kSecAttrAccessible as String] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        let status = SecItemAdd(item as CFDictionary, nil)
        if status == errSecDuplicateItem, let other = try load() { return other }
        guard status == errSecSuccess else { throw refused("keep", status) }
        return key
    }

    /// The key; nil where there is none.
    public func load() throws -> Data? {
        var wanted = query
        wanted[kSecReturnData as String] = true
        wanted[kSecMatchLimit as String] = kSecMatchLimitOne
        var found: CFTypeRef?
        switch SecItemCopyMatching(wanted as CFDictionary, &found) {
        case errSecSuccess: return found as? Data
        case errSecItemNotFound: return nil
        case let status: throw refused("read", status)
        }
    }

    /// Destroys the key: the history can never be read again.
    public func destroy() throws {
        let status = SecItemDelete(query as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw refused("delete", status) }
    }

    private var query: [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: service,
            kSecAttrAccount as String: account,
        ]
    }

    private func refused(_ verb: String, _ status: OSStatus) -> SkinKitError {
        .failed(.wrongKey, "the Keychain did not \(verb) the history's key (status \(status)): unlock the device")
    }
}
#endif
