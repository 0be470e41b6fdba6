"""The few Cryptoki calls (PKCS#11 2.40) that tests make themselves, through ctypes: another process on the same store, keys that none of
our programs would make, attributes read back by somebody else. SOFTHSM2_CONF must be in the environment before the module is loaded,
so this file also runs as a program: see the commands at its end."""

import ctypes
import sys

ULONG, BYTES = ctypes.c_ulong, ctypes.c_char_p
TRUE, FALSE = b"\x01", b"\x00"
CKF_RW, CKF_SERIAL, CKU_USER = 2, 4, 1
CKM_EC_KEY_PAIR_GEN = 0x1040
CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKK_EC, CKC_X_509 = 1, 2, 3, 3, 0
CLASS, TOKEN, PRIVATE, LABEL, KEY_TYPE, ID = 0x0, 0x1, 0x2, 0x3, 0x100, 0x102
SENSITIVE, SIGN, VERIFY, EXTRACTABLE, EC_PARAMS, VALUE = 0x103, 0x108, 0x10A, 0x162, 0x180, 0x11
CERTIFICATE_TYPE, SUBJECT = 0x80, 0x101
NAME = bytes.fromhex("300f310d300b06035504030c0474657374")  # CN=test
P256 = bytes.fromhex("06082a8648ce3d030107")


class Attribute(ctypes.Structure):
    _fields_ = [("type", ULONG), ("value", ctypes.c_void_p), ("length", ULONG)]


class Mechanism(ctypes.Structure):
    _fields_ = [("mechanism", ULONG), ("parameter", ctypes.c_void_p), ("length", ULONG)]


class CryptokiError(Exception):
    def __init__(self, call: str, code: int):
        super().__init__(f"{call}: 0x{code:x}")
        self.code = code


def number(value: int) -> bytes:
    return value.to_bytes(ctypes.sizeof(ULONG), sys.byteorder)


def template(attributes: dict):
    array = (Attribute * len(attributes))()
    kept = []
    for slot, (kind, value) in zip(array, attributes.items()):
        buffer = ctypes.create_string_buffer(value, len(value))
        kept.append(buffer)
        slot.type, slot.value, slot.length = kind, ctypes.addressof(buffer), len(value)
    array.kept = kept
    return array


class Cryptoki:
    """One initialised module in this process."""

    def __init__(self, module: str):
        self.library = ctypes.CDLL(module)
        self.call("C_Initialize", None)

    def call(self, name: str, *arguments):
        function = getattr(self.library, name)
        function.restype = ULONG
        code = function(*arguments)
        if code:
            raise CryptokiError(name, code)

    def finalize(self):
        self.call("C_Finalize", None)

    def slots(self) -> list:
        count = ULONG(0)
        self.call("C_GetSlotList", ctypes.c_ubyte(1), None, ctypes.byref(count))
        slots = (ULONG * count.value)()
        self.call("C_GetSlotList", ctypes.c_ubyte(1), slots, ctypes.byref(count))
        return list(slots)[:count.value]

    def label(self, slot: int) -> str:
        info = ctypes.create_string_buffer(512)  # CK_TOKEN_INFO begins with a label of 32 octets padded with blanks
        self.call("C_GetTokenInfo", ULONG(slot), info)
        return info.raw[:32].decode().rstrip()

    def login(self, token: str, pin: str) -> ULONG:
        slot = next(each for each in self.slots() if self.label(each) == token)
        session = ULONG()
        self.call("C_OpenSession", ULONG(slot), ULONG(CKF_RW | CKF_SERIAL), None, None, ctypes.byref(session))
        self.call("C_Login", session, ULONG(CKU_USER), BYTES(pin.encode()), ULONG(len(pin)))
        return session

    def generate(self, session: ULONG, label: str, identity: bytes, private: dict):
        """A P-256 pair on the token; `private` overrides what a private key is made with."""
        common = {TOKEN: TRUE, LABEL: label.encode(), ID: identity}
        public = template({**common, PRIVATE: FALSE, VERIFY: TRUE, EC_PARAMS: P256})
        secret = template({**common, PRIVATE: TRUE, SIGN: TRUE, SENSITIVE: TRUE, EXTRACTABLE: FALSE, **private})
        handles = ULONG(), ULONG()
        self.call("C_GenerateKeyPair", session, ctypes.byref(Mechanism(CKM_EC_KEY_PAIR_GEN, None, 0)), public, ULONG(len(public)),
                  secret, ULONG(len(secret)), ctypes.byref(handles[0]), ctypes.byref(handles[1]))

    def find(self, session: ULONG, attributes: dict) -> list:
        wanted = template(attributes)
        self.call("C_FindObjectsInit", session, wanted, ULONG(len(wanted)))
        found, count = (ULONG * 64)(), ULONG()
        self.call("C_FindObjects", session, found, ULONG(64), ctypes.byref(count))
        self.call("C_FindObjectsFinal", session)
        return list(found)[:count.value]

    def attribute(self, session: ULONG, handle: int, kind: int) -> bytes:
        buffer = ctypes.create_string_buffer(1024)
        wanted = (Attribute * 1)(Attribute(kind, ctypes.addressof(buffer), 1024))
        self.call("C_GetAttributeValue", session, ULONG(handle), wanted, ULONG(1))
        return buffer.raw[:wanted[0].length]

    def destroy(self, session: ULONG, handle: int):
        self.call("C_DestroyObject", session, ULONG(handle))


def flags(module: str, token: str, pin: str, label: str) -> str:
    """What the token says of a private key: sensitive, extractable, and the error of reading its value (0 where it is handed out)."""
    cryptoki = Cryptoki(module)
    session = cryptoki.login(token, pin)
    key, = cryptoki.find(session, {CLASS: number(CKO_PRIVATE_KEY), LABEL: label.encode()})
    try:
        cryptoki.attribute(session, key, VALUE)
        refusal = 0
    except CryptokiError as error:
        refusal = error.code
    sensitive, extractable = (cryptoki.attribute(session, key, kind) == TRUE for kind in (SENSITIVE, EXTRACTABLE))
    return f"sensitive={int(sensitive)} extractable={int(extractable)} value=0x{refusal:x}"


def store_certificate(module: str, token: str, pin: str, label: str, identity: str, octets: str):
    """A certificate object of whatever octets."""
    cryptoki = Cryptoki(module)
    attributes = template({CLASS: number(CKO_CERTIFICATE), CERTIFICATE_TYPE: number(CKC_X_509), TOKEN: TRUE, PRIVATE: FALSE, LABEL: label.encode(),
                           ID: bytes.fromhex(identity), SUBJECT: NAME, VALUE: bytes.fromhex(octets)})
    cryptoki.call("C_CreateObject", cryptoki.login(token, pin), attributes, ULONG(len(attributes)), ctypes.byref(ULONG()))


def main(command: str, module: str, token: str, *rest: str):
    """PIN on stdin: `generate TOKEN LABEL IDHEX exportable|kept`, `flags TOKEN LABEL`, `destroy-public TOKEN LABEL`,
    `store-certificate TOKEN LABEL IDHEX DERHEX`. No PIN: `open-loop TOKEN` until stdin closes."""
    if command == "open-loop":
        import select
        opened = 0
        while not select.select([sys.stdin], [], [], 0)[0]:
            cryptoki = Cryptoki(module)
            opened += 1
            cryptoki.slots()
            cryptoki.finalize()
        print(opened)
        return
    pin = sys.stdin.readline().strip()
    if command == "flags":
        print(flags(module, token, pin, *rest))
        return
    if command == "destroy-public":
        cryptoki = Cryptoki(module)
        session = cryptoki.login(token, pin)
        handle, = cryptoki.find(session, {CLASS: number(CKO_PUBLIC_KEY), LABEL: rest[0].encode()})
        cryptoki.destroy(session, handle)
        return
    if command == "store-certificate":
        store_certificate(module, token, pin, *rest)
        return
    label, identity, kind = rest
    cryptoki = Cryptoki(module)
    session = cryptoki.login(token, pin)
    cryptoki.generate(session, label, bytes.fromhex(identity), {SENSITIVE: FALSE, EXTRACTABLE: TRUE} if kind == "exportable" else {})


if __name__ == "__main__":
    main(*sys.argv[1:])
