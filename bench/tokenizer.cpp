// Encodes texts as often as it is told: the library's side of bench/tokenizer.py.
//
//   bench_tokenizer FILE    FILE: a JSON string a line
//
// For each line on standard input it encodes all texts, one by one, for a third of a second of
// processor time and prints the tokens and the seconds that took. The first line it prints by
// itself: the milliseconds that Tokenizer::clip() took.

#include <cstddef>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <longclip/tokenizer.h>
#include <nlohmann/json.hpp>

namespace {

// Of processor time, which other programs' load does not lengthen.
double seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / static_cast<double>(CLOCKS_PER_SEC);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_tokenizer FILE\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) texts.push_back(nlohmann::json::parse(line));

  const std::clock_t loading = std::clock();
  const auto tokenizer = longclip::Tokenizer::clip();
  std::cout << seconds_since(loading) * 1e3 << std::endl;

  for (std::string request; std::getline(std::cin, request);) {
    std::size_t tokens = 0;
    const std::clock_t start = std::clock();
    double seconds = 0;
    while (seconds < 0.33) {
      for (const std::string& text : texts) tokens += tokenizer.encode(text).size();
      seconds = seconds_since(start);
    }
    std::cout << tokens << ' ' << seconds << std::endl;
  }
}
