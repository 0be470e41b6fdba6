#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>

#include "tests/bench/http_load.h"
#include "tests/bench/raw_sign.h"

// signet-bench http | raw: one measurement, printed as one line of JSON. Exit codes: 0 measured, 1 could not measure, 2
// usage.
namespace {

namespace po = boost::program_options;
using namespace signet;
using namespace signet::bench;

po::options_description known_options() {
  po::options_description options("signet-bench http|raw");
  auto add = options.add_options();
  add("seconds", po::value<double>()->default_value(3), "how long to measure");
  add("socket", po::value<std::string>(), "http: signetd's socket");
  add("connections", po::value<int>()->default_value(1), "http: keep-alive connections, one thread each");
  add("fresh", po::bool_switch(), "http: ask for a signature each time instead of a cached token");
  add("key", po::value<std::string>()->required(), "http: the key's name; raw: its CKA_LABEL");
  add("module", po::value<std::string>(), "raw: the PKCS#11 module");
  add("token", po::value<std::string>(), "raw: the token's label; its PIN is the first line of standard input");
  add("threads", po::value<int>()->default_value(1), "raw: threads, a session each");
  add("verify", po::bool_switch(), "raw: verify each signature, as signet-token does");
  return options;
}

int print(const char* what, const Measurement& measurement) {
  std::puts(measurement.to_json(what).c_str());
  return 0;
}

int run_http(const po::variables_map& options, std::chrono::milliseconds duration) {
  const bool fresh = options["fresh"].as<bool>();
  const HttpLoad load{.socket = options["socket"].as<std::string>(),
                      .key = options["key"].as<std::string>(),
                      .connections = options["connections"].as<int>(),
                      .freshness = fresh ? Freshness::fresh : Freshness::cached};
  return print(fresh ? "fresh" : "cached", measure_http(load, duration));
}

int run_raw(const po::variables_map& options, std::chrono::milliseconds duration) {
  const bool verify = options["verify"].as<bool>();
  const RawSign raw{.module = options["module"].as<std::string>(),
                    .token = options["token"].as<std::string>(),
                    .key = options["key"].as<std::string>(),
                    .threads = options["threads"].as<int>(),
                    .verification = verify ? Verification::each : Verification::none};
  std::string pin;
  std::getline(std::cin, pin);
  const Result<Measurement> measured = measure_raw(raw, bytes_of(pin), duration);
  if (!measured) {
    std::cerr << "signet-bench: " << measured.error().message << '\n';
    return 1;
  }
  return print(verify ? "raw+verify" : "raw", *measured);
}

int run(int argc, char** argv) {
  po::variables_map options;
  po::store(po::command_line_parser(argc - 1, argv + 1).options(known_options()).run(), options);
  po::notify(options);
  const std::chrono::milliseconds duration(static_cast<std::int64_t>(options["seconds"].as<double>() * 1000));
  const std::string what = argv[1];
  return what == "http" ? run_http(options, duration) : run_raw(options, duration);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || (std::string(argv[1]) != "http" && std::string(argv[1]) != "raw")) {
    std::cerr << known_options();
    return 2;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& exception) {
    std::cerr << "signet-bench: " << exception.what() << '\n' << known_options();
    return 2;
  }
}
