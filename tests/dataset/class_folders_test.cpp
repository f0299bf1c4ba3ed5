#include <longclip/error.h>

#include "dataset/written.h"

namespace longclip::testing {
namespace {

class ClassFolders : public WrittenDataset {};

TEST_F(ClassFolders, AreSortedAndCountedFromZero) {
  write("n02/b.JPEG", "");
  write("n02/a.JPEG", "");
  write("n01/inner/c.JPEG", "");
  write("n01/.hidden", "");
  write(".git/config", "");
  write("README", "");
  std::filesystem::create_directories(folder_ / "n03");
  std::filesystem::create_directory_symlink(folder_.path(), folder_ / "n01/circle");
  const auto set = read_class_folders(folder_.path());
  EXPECT_EQ(set.path, folder_.path());
  EXPECT_EQ(set.classes, (Strings{"n01", "n02", "n03"}));
  EXPECT_EQ(set.images, (std::vector<std::filesystem::path>{folder_ / "n01/inner/c.JPEG", folder_ / "n02/a.JPEG",
                                                            folder_ / "n02/b.JPEG"}));
  EXPECT_EQ(set.labels, (std::vector<std::size_t>{0, 1, 1}));
}

TEST_F(ClassFolders, WithoutPicturesAreRefused) {
  EXPECT_THROW(read_class_folders(folder_.path()), InvalidInput);
  write("photo.jpg", "");
  EXPECT_THROW(read_class_folders(folder_.path()), InvalidInput);
  EXPECT_THROW(read_class_folders(folder_ / "missing"), InvalidFile);
}

}  // namespace
}  // namespace longclip::testing
