// A certificate for tests of TLS: self-signed, for localhost, 127.0.0.1 and ::1, valid from 2020 to 2120.
// Everybody can read its key: it proves nothing to anybody.

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** For localhost, 127.0.0.1 and ::1; a client trusts it with `ca: testCertificate.cert`. For tests alone: the key is public. */
export const testCertificate: TestCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIQvKOmwSqdlJUGZ
VofxI07Ysvr+iKsicZh0I+wWmhNGYkJT7j/XuEMayI5lGSMJzYu5FraWqX/VUqy+
ZBeFyuejYDBeMCwGA1UdEQQlMCOCCWxvY2FsaG9zdIcEfwAAAYcQAAAAAAAAAAAA
AAAAAAAAATAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBQTDGOACRY9qs7q9jQy
rbAz/qw64TAKBggqhkjOPQQDAgNIADBFAiB7X4q8+Nfw23LzUIYKnk0arWj5X6Tf
MnVc9r4VR3/cDAIhAPtd3TTsTYp/l2uj07TnrgX4IvDP24J4YwQHn2O3ggXD
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgk37/lWT9lfjqgTm7
aROshXyG7kNivllMJ9aAF0H9Si6hRANCAASELyjpsEqnZSVBmVaH8SNO2LL6/oir
InGYdCPsFpoTRmJCU+4/17hDGsiOZRkjCc2LuRa2lql/1VKsvmQXhcrn
-----END PRIVATE KEY-----
`,
};
