#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/process.h"
#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::testing {

// A folder to work in, and the golden model in it, converted by the command itself.
class GoldenCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new TemporaryFolder;
    const auto converted = longclip({"convert", golden::model("longclip248.pt"), *shared_ / "model"});
    ASSERT_EQ(converted.exit_code, 0) << converted.error;
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  static std::string model() { return *shared_ / "model"; }

  // Runs the command in the folder, with the golden model as LONGCLIP_MODEL.
  Outcome run(Invocation invocation) const {
    invocation.folder = folder_.path();
    invocation.environment.emplace("LONGCLIP_MODEL", model());
    return longclip(invocation);
  }
  Outcome run(std::vector<std::string> arguments) const { return run(Invocation{std::move(arguments)}); }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  std::string read(const std::string& name) const { return golden::read_bytes(folder_ / name); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  void copy_image(const std::string& image, const std::string& name) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::filesystem::copy_file(golden::data("images/" + image), folder_ / name);
  }

  TemporaryFolder folder_;

 private:
  static inline TemporaryFolder* shared_ = nullptr;  // its life is that of the suite
};

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

// Each line as a JSON document.
inline std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> result;
  for (const auto& line : lines(text)) result.push_back(nlohmann::json::parse(line));
  return result;
}

inline std::vector<std::string> keys(const nlohmann::json& object) {
  std::vector<std::string> result;
  for (const auto& [key, value] : object.items()) result.push_back(key);  // sorted, as nlohmann::json keeps them
  return result;
}

inline std::string golden_image(const std::string& name) { return golden::data("images/" + name); }

inline nlohmann::json golden_json(const std::filesystem::path& path) {
  return nlohmann::json::parse(golden::read_bytes(path));
}

}  // namespace longclip::testing
