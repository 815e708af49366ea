// The certificate that the simulated console shows: self-signed, for localhost and 127.0.0.1, valid for 100 years.
// The key is public and worth nothing: it was made for this simulator alone and must never guard anything.
import { X509Certificate } from 'node:crypto';

export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWqPxn+xOPx0hvFWg
uph07neRRw853ckaVoaGJm4dhiihRANCAASmLfPip5kVqIDqy4f+JuOL6FbNe2oD
Pr0Y3UiKtGm1PKCsARtDbOAL/rAjgCkpjLmvoceVn0LBrKENzEmOYh1C
-----END PRIVATE KEY-----
`;

export const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUQhZMQPuS/q68zMai+gsF86ChM2UwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAyNTkwNloYDzIxMjYxMDMx
MDI1OTA2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASmLfPip5kVqIDqy4f+JuOL6FbNe2oDPr0Y3UiKtGm1PKCsARtDbOAL
/rAjgCkpjLmvoceVn0LBrKENzEmOYh1Co28wbTAdBgNVHQ4EFgQUZ8GtYnnKzYDa
VP6WwXgv1WuN/ZIwHwYDVR0jBBgwFoAUZ8GtYnnKzYDaVP6WwXgv1WuN/ZIwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgFy/aexFcMlpIaWfyAOP9+6diZ8oRDvf/OlebwJehKtECIQC+
i+/HG8cxMaeLGwUVHU68VmQN5b9M++AzyG2KYJhVDw==
-----END CERTIFICATE-----
`;

/** SHA-256, "AB:CD:...", as openssl prints it too. */
export const fingerprint = new X509Certificate(certificate).fingerprint256;
