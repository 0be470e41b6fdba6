# Every outside library is found here and nowhere else; each folder's CMakeLists.txt links only what its row in README's table allows.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(Boost 1.81 REQUIRED COMPONENTS program_options json)
find_package(Protobuf REQUIRED)
find_package(fmt REQUIRED)
pkg_check_modules(LIBP11 REQUIRED IMPORTED_TARGET libp11)
pkg_check_modules(P11KIT REQUIRED p11-kit-1)

# Only p11-kit's header with the Cryptoki types is used; its library is not linked.
add_library(signet_cryptoki_headers INTERFACE)
target_include_directories(signet_cryptoki_headers SYSTEM INTERFACE ${P11KIT_INCLUDE_DIRS})
