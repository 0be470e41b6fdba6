# One interface target carries what every target of ours is compiled and linked with.
add_library(signet_flags INTERFACE)
target_include_directories(signet_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(signet_flags INTERFACE cxx_std_20)
target_compile_options(signet_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wnull-dereference -Werror
  -fstack-protector-strong -fvisibility=hidden -fvisibility-inlines-hidden)
target_compile_definitions(signet_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_options(signet_flags INTERFACE -Wl,-z,relro,-z,now)

if(SIGNET_SANITIZE)
  target_compile_options(signet_flags INTERFACE -fsanitize=${SIGNET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(signet_flags INTERFACE -fsanitize=${SIGNET_SANITIZE})
  if(SIGNET_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not know Asio's fences; without them Asio relies on its mutexes, which it does know.
    target_compile_definitions(signet_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(signet_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
# g++ 12 and 13 report null dereferences and uninitialised reads inside Boost and libstdc++ headers once those are inlined.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(signet_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
endif()

# signet_library(NAME SOURCES… [DEPENDS targets…]): a static library with the project's flags.
function(signet_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC signet_flags ${arg_DEPENDS})
endfunction()

# signet_program(NAME SOURCES… [DEPENDS targets…]): an executable with the project's flags, hardened as a position-independent one.
function(signet_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE signet_flags ${arg_DEPENDS})
  target_link_options(${name} PRIVATE -pie)
endfunction()
