// Catch2 2.13 wants one file with its main; 3.x brings its own in Catch2WithMain, and then this file is left out of the
// build.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
