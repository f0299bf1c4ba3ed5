#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <longclip/dataset.h>

#include "temporary_folder.h"

namespace longclip::testing {

// A folder for the files of a data set.
class WrittenDataset : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  TemporaryFolder folder_;
};

using Strings = std::vector<std::string>;

}  // namespace longclip::testing
