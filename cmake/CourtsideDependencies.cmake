# Where each library comes from. Debian 12 packages only; script/packages lists them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# RocksDB's config has a Findzstd of its own that a pkg-config prefix named `zstd` breaks: it comes
# before every pkg_check_modules here.
find_package(RocksDB CONFIG REQUIRED)

find_package(OpenSSL REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(tl-expected CONFIG REQUIRED)
find_package(FlatBuffers CONFIG REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(CURL REQUIRED)
find_package(wslay CONFIG REQUIRED)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(cjose REQUIRED IMPORTED_TARGET cjose)
pkg_check_modules(libpqxx REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)

# llhttp is shipped as C sources (package node-llhttp).
find_path(LLHTTP_SOURCES llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
find_path(LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp /usr/include/llhttp
          NO_DEFAULT_PATH REQUIRED)
add_library(llhttp STATIC EXCLUDE_FROM_ALL
  ${LLHTTP_SOURCES}/api.c ${LLHTTP_SOURCES}/http.c ${LLHTTP_SOURCES}/llhttp.c)
target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE})
target_compile_options(llhttp PRIVATE -w)
set_target_properties(llhttp PROPERTIES UNITY_BUILD OFF)
