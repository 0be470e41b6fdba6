#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>

#include "tests/bench/http_load.h"
#include "tests/bench/link_load.h"
#include "tests/bench/many_keys.h"
#include "tests/bench/raw_open.h"
#include "tests/bench/raw_sign.h"
#include "tests/bench/token_start.h"

// signet-bench MODE: one measurement, printed as one line of JSON. Exit codes: 0 measured, 1 could not measure, 2
// usage.
namespace {

namespace po = boost::program_options;
using namespace signet;
using namespace signet::bench;
using Texts = std::vector<std::string>;

po::options_description known_options() {
  po::options_description options("signet-bench http|link|raw|raw-open|start|make-keys");
  auto add = options.add_options();
  add("seconds", po::value<double>()->default_value(3), "http, link, raw: how long to measure");
  add("socket", po::value<Texts>(), "http: signetd's; start: signet-token's; link: one or several signet-token's");
  add("connections", po::value<int>()->default_value(1), "http, link: connections, one thread each");
  add("fresh", po::bool_switch(), "http: ask for a signature each time instead of a cached token");
  add("key", po::value<std::string>(), "http: the key's name; raw: its CKA_LABEL; link, start: its PKCS#11 URI");
  add("module", po::value<std::string>(), "raw, raw-open, make-keys: the PKCS#11 module");
  add("token", po::value<std::string>(),
      "raw, raw-open, make-keys: the token's label; its PIN is the first line of "
      "standard input");
  add("threads", po::value<int>()->default_value(1), "raw: threads, a session each");
  add("verify", po::bool_switch(), "raw: verify each signature, as signet-token does");
  add("together", po::bool_switch(), "raw: print `ready`, and measure when standard input has another line");
  add("program", po::value<std::string>(), "start: signet-token");
  add("config", po::value<std::string>(), "start: its configuration");
  add("first", po::value<std::uint32_t>()->default_value(1), "make-keys: number of the first key");
  add("last", po::value<std::uint32_t>()->default_value(1), "make-keys: number of the last key");
  return options;
}

std::string text(const po::variables_map& options, const char* name) {
  if (options.count(name) == 0) throw po::required_option(std::string("--") + name);
  return options[name].as<std::string>();
}

Texts sockets(const po::variables_map& options) {
  if (options.count("socket") == 0) throw po::required_option("--socket");
  return options["socket"].as<Texts>();
}

std::chrono::milliseconds duration(const po::variables_map& options) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(options["seconds"].as<double>() * 1000));
}

TokenName token_name(const po::variables_map& options) {
  return {.module = text(options, "module"), .token = text(options, "token")};
}

std::string line_of_input() {
  std::string line;
  std::getline(std::cin, line);
  return line;
}

Result<std::string> run_http(const po::variables_map& options) {
  const bool fresh = options["fresh"].as<bool>();
  const HttpLoad load{.socket = sockets(options).front(),
                      .key = text(options, "key"),
                      .connections = options["connections"].as<int>(),
                      .freshness = fresh ? Freshness::fresh : Freshness::cached};
  return measure_http(load, duration(options)).to_json(fresh ? "fresh" : "cached");
}

Result<std::string> run_link(const po::variables_map& options) {
  const LinkLoad load{
      .sockets = sockets(options), .object = text(options, "key"), .connections = options["connections"].as<int>()};
  SIGNET_TRY_ASSIGN(const Measurement measured, measure_link(load, duration(options)));
  return measured.to_json("link");
}

Result<std::string> run_raw(const po::variables_map& options) {
  const bool verify = options["verify"].as<bool>();
  const bool together = options["together"].as<bool>();
  const RawSign raw{.token = token_name(options),
                    .key = text(options, "key"),
                    .threads = options["threads"].as<int>(),
                    .verification = verify ? Verification::each : Verification::none};
  const std::string pin = line_of_input();
  SIGNET_TRY_ASSIGN(const Measurement measured, measure_raw(raw, bytes_of(pin), duration(options), [together] {
                      if (!together) return;
                      std::cout << "ready" << std::endl;
                      line_of_input();
                    }));
  return measured.to_json(verify ? "raw+verify" : "raw");
}

Result<std::string> run_raw_open(const po::variables_map& options) {
  SIGNET_TRY_ASSIGN(const OpeningTimes times, measure_raw_open(token_name(options), bytes_of(line_of_input())));
  return times.to_json();
}

Result<std::string> run_start(const po::variables_map& options) {
  SIGNET_TRY_ASSIGN(const StartTimes times, measure_start({.program = text(options, "program"),
                                                           .config = text(options, "config"),
                                                           .socket = sockets(options).front(),
                                                           .object = text(options, "key")}));
  return times.to_json();
}

Result<std::string> run_make_keys(const po::variables_map& options) {
  const auto last = options["last"].as<std::uint32_t>();
  SIGNET_TRY(make_keys(token_name(options), bytes_of(line_of_input()), options["first"].as<std::uint32_t>(), last));
  return std::string("{}");
}

struct Mode {
  std::string_view name;
  Result<std::string> (*run)(const po::variables_map&);
};

constexpr std::array kModes{Mode{"http", run_http},         Mode{"link", run_link},   Mode{"raw", run_raw},
                            Mode{"raw-open", run_raw_open}, Mode{"start", run_start}, Mode{"make-keys", run_make_keys}};

int run(const Mode& mode, int argc, char** argv) {
  po::variables_map options;
  po::store(po::command_line_parser(argc - 1, argv + 1).options(known_options()).run(), options);
  po::notify(options);
  const auto line = mode.run(options);
  if (!line) {
    std::cerr << "signet-bench: " << line.error().message << '\n';
    return 1;
  }
  std::puts(line->c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto* mode = std::ranges::find(kModes, std::string_view(argc > 1 ? argv[1] : ""), &Mode::name);
  if (mode == kModes.end()) {
    std::cerr << known_options();
    return 2;
  }
  try {
    return run(*mode, argc, argv);
  } catch (const std::exception& exception) {
    std::cerr << "signet-bench: " << exception.what() << '\n' << known_options();
    return 2;
  }
}
