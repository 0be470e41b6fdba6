#pragma once

// Cryptoki's types and numbers (PKCS#11 2.40 plus the EdDSA numbers of 3.0), in the shape p11-kit ships them. No other
// header of ours includes them by another way, so that one definition serves all.
#include <p11-kit/pkcs11.h>
