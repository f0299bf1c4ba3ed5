// Encodes texts as often as it is told: the library's side of bench/tokenizer.py.
//
//   bench_tokenizer FILE    FILE: a JSON string a line
//
// For each line on standard input it encodes all texts for half a second and prints the tokens and
// the seconds that took. The first line it prints by itself: the milliseconds that
// Tokenizer::clip() took.

#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <longclip/tokenizer.h>
#include <nlohmann/json.hpp>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_tokenizer FILE\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) texts.push_back(nlohmann::json::parse(line));

  const auto loading = Clock::now();
  const auto tokenizer = longclip::Tokenizer::clip();
  std::cout << seconds_since(loading) * 1e3 << std::endl;

  for (std::string request; std::getline(std::cin, request);) {
    std::size_t tokens = 0;
    const auto start = Clock::now();
    while (seconds_since(start) < 0.5) {
      for (const std::string& text : texts) tokens += tokenizer.encode(text).size();
    }
    std::cout << tokens << ' ' << seconds_since(start) << std::endl;
  }
}
