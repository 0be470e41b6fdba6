"""Rows of the services that are not Apple's."""

from tests.interop.profile_row import Row

UUID = "57246542-96fe-1a63-e053-0824d011072a"
OTHER_UUID = "0f6e2d1c-5b4a-4988-8776-655443322110"
ORIGID = "1db966a6-8f30-11e8-bd1a-4e3f5a1b6c7d"
GOOGLE_KEY = "0123456789abcdef0123456789abcdef01234567"
ACCOUNT = "ci@project.iam.gserviceaccount.com"
TYPE_JWT = {"typ": "JWT"}

CLOUDS = {
    "github-app": Row(
        "github-app", "RS256", {"app": "Iv23liExample"}, header=TYPE_JWT, claims={"iss": "Iv23liExample"}, times={"iat": -60, "exp": 540}),
    "google-audience": Row(
        "google-self-signed", "RS256", {"key-id": GOOGLE_KEY, "account": ACCOUNT}, request={"claims": {"aud": "https://pubsub.googleapis.com/"}},
        header={"kid": GOOGLE_KEY, "typ": "JWT"}, claims={"iss": ACCOUNT, "sub": ACCOUNT, "aud": "https://pubsub.googleapis.com/"},
        times={"iat": -60, "exp": 3540}),
    "google-scope": Row(
        "google-self-signed", "RS256", {"key-id": GOOGLE_KEY[::-1], "account": ACCOUNT}, request={"scope": "https://www.googleapis.com/auth/pubsub"},
        header={"kid": GOOGLE_KEY[::-1], "typ": "JWT"}, claims={"iss": ACCOUNT, "sub": ACCOUNT, "scope": "https://www.googleapis.com/auth/pubsub"},
        times={"iat": -60, "exp": 3540}),
    "google-grant": Row(
        "google-jwt-bearer", "RS256", {"key-id": "a" * 40, "account": ACCOUNT},
        request={"scope": ["https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/pubsub"], "claims": {"sub": "ann@example.com"}},
        header={"kid": "a" * 40, "typ": "JWT"}, times={"iat": -60, "exp": 300},
        claims={"iss": ACCOUNT, "aud": "https://oauth2.googleapis.com/token", "sub": "ann@example.com",
                "scope": "https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/pubsub"}),
    "entra": Row(
        "entra", "PS256", {"client-id": UUID, "tenant": OTHER_UUID}, certificate=True, header={"typ": "JWT", "x5t#S256": "@certificate-sha256"},
        claims={"aud": f"https://login.microsoftonline.com/{OTHER_UUID}/oauth2/v2.0/token", "iss": UUID, "sub": UUID}, unique=("jti",), single_use=True,
        times={"nbf": -60, "iat": -60, "exp": 300}),
    "entra-sha1": Row(
        "entra-rs256", "RS256", {"client-id": UUID, "tenant": OTHER_UUID}, certificate=True,
        header={"typ": "JWT", "x5t": "@certificate-sha1"}, unique=("jti",), single_use=True, times={"nbf": -60, "iat": -60, "exp": 300},
        claims={"aud": f"https://login.microsoftonline.com/{OTHER_UUID}/oauth2/v2.0/token", "iss": UUID, "sub": UUID}),
    "snowflake": Row(
        "snowflake", "RS256", {"account": "myorg.account", "user": "ci_user"}, header=TYPE_JWT, times={"iat": -60, "exp": 3540},
        claims={"iss": "MYORG-ACCOUNT.CI_USER.SHA256:@spki-sha256", "sub": "MYORG-ACCOUNT.CI_USER"}),
    "salesforce": Row(
        "salesforce", "RS256", {"consumer-key": "3MVG9example"}, request={"claims": {"sub": "ci@example.com"}}, header=TYPE_JWT,
        claims={"iss": "3MVG9example", "aud": "https://login.salesforce.com", "sub": "ci@example.com"}, times={"exp": 120}),
    "docusign": Row(
        "docusign", "RS256", {"integration-key": UUID, "audience": "account.docusign.com"}, request={"claims": {"sub": OTHER_UUID}}, header=TYPE_JWT,
        claims={"iss": UUID, "aud": "account.docusign.com", "sub": OTHER_UUID, "scope": "signature impersonation"}, times={"iat": -60, "exp": 540}),
}

ASSERTIONS = {
    "oauth": Row(
        "private-key-jwt", "ES256", {"client-id": "ci", "audience": "https://login.example/token", "key-id": "ci-2026"},
        header={"kid": "ci-2026", "typ": "JWT"}, claims={"iss": "ci", "sub": "ci", "aud": "https://login.example/token"}, unique=("jti",), single_use=True,
        times={"iat": -30, "exp": 60}),
    "oauth-typed": Row(
        "private-key-jwt", "Ed25519", {"client-id": "ci", "audience": "https://login.example", "type": "client-authentication+jwt", "alg": "Ed25519"},
        header={"typ": "client-authentication+jwt"}, claims={"iss": "ci", "sub": "ci", "aud": "https://login.example"}, unique=("jti",), single_use=True,
        times={"iat": -30, "exp": 60}),
    "okta": Row(
        "okta", "RS256", {"client-id": "0oa1example", "key-id": "okta-1", "token-endpoint": "https://example.okta.com/oauth2/v1/token"},
        header={"kid": "okta-1", "typ": "JWT"}, unique=("jti",), single_use=True, times={"iat": -60, "exp": 300},
        claims={"iss": "0oa1example", "sub": "0oa1example", "aud": "https://example.okta.com/oauth2/v1/token"}),
    "auth0": Row(
        "auth0", "RS256", {"client-id": "auth0client", "domain": "example.eu.auth0.com"}, header=TYPE_JWT, unique=("jti",), single_use=True, times={"iat": -30, "exp": 60},
        claims={"iss": "auth0client", "sub": "auth0client", "aud": "https://example.eu.auth0.com/"}),
}

OTHERS = {
    "vapid": Row(
        "vapid", "ES256", {"contact": "mailto:push@example.com"}, request={"claims": {"aud": "https://push.example.net"}}, header=TYPE_JWT,
        claims={"sub": "mailto:push@example.com", "aud": "https://push.example.net"}, times={"exp": 43200}),
    "passport": Row(
        "passport-shaken", "ES256", {"certificate-url": "https://cert.example.org/passport.cer"}, sorted_members=True, single_use=True,
        request={"claims": {"attest": "A", "orig": {"tn": "12155551212"}, "dest": {"tn": ["12155551213"]}, "origid": ORIGID}},
        header={"ppt": "shaken", "typ": "passport", "x5u": "https://cert.example.org/passport.cer"},
        claims={"attest": "A", "dest": {"tn": ["12155551213"]}, "orig": {"tn": "12155551212"}, "origid": ORIGID}, times={"iat": 0}),
    "kubernetes": Row(
        "kubernetes", "ES256", {"issuer": "https://kubernetes.example", "audience": "https://kubernetes.default.svc", "namespace": "build",
                                "service-account": "runner", "service-account-uid": UUID, "alg": "ES256"},
        header={"kid": "@thumbprint", "typ": "JWT"}, unique=("jti",), times={"exp": 3600, "iat": 0, "nbf": 0},
        claims={"aud": ["https://kubernetes.default.svc"], "iss": "https://kubernetes.example", "sub": "system:serviceaccount:build:runner",
                "kubernetes.io": {"namespace": "build", "serviceaccount": {"name": "runner", "uid": UUID}}}),
}

# Every algorithm that Signet has, by the one profile that takes them all.
GENERIC = {
    f"generic-{alg.lower()}": Row(
        "generic", alg, {"issuer": "https://ci.example", "audience": "deploy"}, request={"claims": {"sub": f"job {alg}"}, "scope": "deploy"},
        header={"kid": "@thumbprint", "typ": "JWT"}, claims={"iss": "https://ci.example", "aud": "deploy", "sub": f"job {alg}", "scope": "deploy"},
        unique=("jti",), times={"iat": -10, "nbf": -10, "exp": 300})
    for alg in ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519")
}
