"""Rows of Apple's services."""

from tests.interop.profile_row import Row

UUID = "57246542-96fe-1a63-e053-0824d011072a"
KEY_UUID = "d0a4c5e2-3b1f-4c8e-9a7d-5f6e7a8b9c0d"
TEAM = "DEF123GHIJ"
BUNDLE = "com.example.app"
ADS_TEAM, ADS_CLIENT = f"SEARCHADS.{UUID}", f"SEARCHADS.{KEY_UUID}"
OF_IAT_ALONE, FIVE_MINUTES, USUAL = {"iat": -60}, {"iat": -60, "exp": 300}, {"iat": -60, "exp": 840}


def named(key_id: str, typ: bool = True) -> dict:
    return {"kid": key_id, "typ": "JWT"} if typ else {"kid": key_id}


def of_team(profile: str, key_id: str, times: dict, *, typ: bool, request: dict | None = None, claims: dict | None = None) -> Row:
    """Services whose issuer is the team."""
    return Row(profile, "ES256", {"key-id": key_id, "team-id": TEAM}, request=request or {}, header=named(key_id, typ), claims={"iss": TEAM, **(claims or {})},
               times=times)


def storekit(profile: str, key_id: str, audience: str, claims: dict) -> Row:
    """No exp, and a nonce that is used once."""
    return Row(profile, "ES256", {"key-id": key_id, "issuer": UUID, "bundle-id": BUNDLE}, request={"claims": claims}, header=named(key_id),
               claims={"iss": UUID, "aud": audience, "bid": BUNDLE, **claims}, times=OF_IAT_ALONE, unique=("nonce",), single_use=True)


def of_organisation(profile: str, key_id: str, client: str) -> Row:
    """Apple Business and Apple School Manager."""
    return Row(profile, "ES256", {"key-id": key_id, "client-id": client}, header=named(key_id, typ=False), unique=("jti",), single_use=True,
               claims={"iss": client, "sub": client, "aud": "https://account.apple.com/auth/oauth2/v2/token"}, times=FIVE_MINUTES)


APPLE = {
    "enterprise": Row(
        "apple-enterprise", "ES256", {"key-id": "2X9R4HXF34", "issuer": UUID, "role": "developer"}, header=named("2X9R4HXF34"),
        claims={"iss": UUID, "aud": "apple-developer-enterprise-v1"}, times=USUAL),
    "enterprise-scoped": Row(
        "apple-enterprise", "ES256", {"key-id": "3X9R4HXF34", "issuer": UUID, "role": "admin"}, header=named("3X9R4HXF34"),
        request={"scope": ["GET /v1/devices?limit=5"], "lifetime": 300}, times={"iat": -60, "exp": 300},
        claims={"iss": UUID, "aud": "apple-developer-enterprise-v1", "scope": ["GET /v1/devices?limit=5"]}),
    "connect-team": Row(
        "app-store-connect", "ES256", {"key-id": "4X9R4HXF34", "issuer": UUID, "role": "developer"}, request={"scope": ["GET /v1/apps"]},
        header=named("4X9R4HXF34"), claims={"iss": UUID, "aud": "appstoreconnect-v1", "scope": ["GET /v1/apps"]}, times=USUAL),
    "connect-individual": Row(
        "app-store-connect", "ES256", {"key-id": "5X9R4HXF34", "key-kind": "individual", "role": "developer"}, header=named("5X9R4HXF34"),
        claims={"sub": "user", "aud": "appstoreconnect-v1"}, times=USUAL),
    "notary": Row(
        "notary", "ES256", {"key-id": "6X9R4HXF34", "issuer": UUID}, header=named("6X9R4HXF34"),
        claims={"iss": UUID, "aud": "appstoreconnect-v1", "scope": ["/notary/v2"]}, times=USUAL),
    "store": Row(
        "app-store-server", "ES256", {"key-id": "7X9R4HXF34", "issuer": UUID, "bundle-id": BUNDLE}, header=named("7X9R4HXF34"), single_use=True,
        claims={"iss": UUID, "aud": "appstoreconnect-v1", "bid": BUNDLE}, times=FIVE_MINUTES),
    "promotional-offer": storekit(
        "storekit-promotional-offer", "8X9R4HXF34", "promotional-offer", {"productId": "gold", "offerIdentifier": "spring", "transactionId": "2000000123456789"}),
    "introductory-offer": storekit(
        "storekit-introductory-offer", "9X9R4HXF34", "introductory-offer-eligibility",
        {"productId": "gold", "allowIntroductoryOffer": True, "transactionId": "2000000123456789"}),
    "advanced-commerce": storekit("storekit-advanced-commerce", "AX9R4HXF34", "advanced-commerce-api", {"request": "eyJvcGVyYXRpb24iOiJ0ZXN0In0="}),
    "push": of_team("apns", "BX9R4HXF34", OF_IAT_ALONE, typ=False),
    "device-check": of_team("devicecheck", "CX9R4HXF34", OF_IAT_ALONE, typ=False),
    "attest": of_team("app-attest", "DX9R4HXF34", OF_IAT_ALONE, typ=False),
    "music": of_team("apple-music", "EX9R4HXF34", {"iat": -60, "exp": 3600}, typ=False,
                     request={"claims": {"origin": ["https://music.example.com"]}}, claims={"origin": ["https://music.example.com"]}),
    "map": of_team("mapkit-js", "FX9R4HXF34", {"iat": -60, "exp": 1800}, typ=True,
                   request={"claims": {"origin": "https://map.example.com"}}, claims={"origin": "https://map.example.com"}),
    "map-server": of_team("maps-server", "GX9R4HXF34", USUAL, typ=True, claims={"scope": "server_api"}),
    "weather": Row(
        "weatherkit", "ES256", {"key-id": "HX9R4HXF34", "team-id": TEAM, "service-id": "com.example.weather"},
        header={"kid": "HX9R4HXF34", "id": f"{TEAM}.com.example.weather"}, claims={"iss": TEAM, "sub": "com.example.weather"}, times=USUAL),
    "sign-in": Row(
        "sign-in-with-apple", "ES256", {"key-id": "IX9R4HXF34", "team-id": TEAM, "client-id": BUNDLE}, header=named("IX9R4HXF34", typ=False),
        claims={"iss": TEAM, "aud": "https://appleid.apple.com", "sub": BUNDLE}, times=USUAL),
    "ads": Row(
        "apple-ads", "ES256", {"key-id": KEY_UUID, "team-id": ADS_TEAM, "client-id": ADS_CLIENT}, header=named(KEY_UUID, typ=False),
        claims={"iss": ADS_TEAM, "sub": ADS_CLIENT, "aud": "https://appleid.apple.com"}, times=USUAL),
    "business": of_organisation("apple-business", "e1b5d6f3-4c2a-4d9f-8b8e-6a7f8b9c0d1e", f"BUSINESSAPI.{UUID}"),
    "school": of_organisation("apple-school", "f2c6e7a4-5d3b-4eaa-9c9f-7b8a9c0d1e2f", f"SCHOOLAPI.{UUID}"),
}
