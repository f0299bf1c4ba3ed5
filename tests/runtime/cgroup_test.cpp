#include "runtime/cgroup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "temporary_folder.h"

namespace longclip::runtime {
namespace {

TEST(CpuMax, GivesQuotaOverPeriod) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n"), 1.5);
  EXPECT_EQ(parse_cpu_max("400000 100000"), 4.0);
  EXPECT_EQ(parse_cpu_max("10000 50000\n"), 0.2);
}

TEST(CpuMax, IsNoLimitForMax) { EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt); }

TEST(CpuMax, IsNoLimitForOtherTexts) {
  for (const char* text : {"", "\n", "100000", "100000 0", "0 100000", "-1 100000", "x 100000", "1e5 100000",
                           "99999999999999999999 100000", "100000 100000x"}) {
    EXPECT_EQ(parse_cpu_max(text), std::nullopt) << text;
  }
}

TEST(Cfs, GivesQuotaOverPeriod) { EXPECT_EQ(parse_cfs("250000\n", "100000\n"), 2.5); }

TEST(Cfs, IsNoLimitForMinusOne) {
  EXPECT_EQ(parse_cfs("-1\n", "100000\n"), std::nullopt);
  EXPECT_EQ(parse_cfs("", ""), std::nullopt);
}

// A folder that stands for "/".
class CgroupQuota : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  testing::TemporaryFolder folder_;
  const std::filesystem::path& root_ = folder_.path();
};

TEST_F(CgroupQuota, IsNoneWithoutCgroups) { EXPECT_EQ(cgroup_quota(root_), std::nullopt); }

TEST_F(CgroupQuota, IsNoneInAnUnlimitedGroup) {
  write("proc/self/cgroup", "0::/user.slice/a.scope\n");
  write("sys/fs/cgroup/user.slice/a.scope/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_quota(root_), std::nullopt);
}

TEST_F(CgroupQuota, IsTheGroupsOwn) {
  write("proc/self/cgroup", "0::/user.slice/a.scope\n");
  write("sys/fs/cgroup/user.slice/a.scope/cpu.max", "250000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 2.5);
}

TEST_F(CgroupQuota, IsTheLeastOfTheGroupsAbove) {
  write("proc/self/cgroup", "0::/pod/container\n");
  write("sys/fs/cgroup/pod/cpu.max", "100000 100000\n");
  write("sys/fs/cgroup/pod/container/cpu.max", "300000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 1.0);
}

TEST_F(CgroupQuota, IsReadAtTheMountInAContainer) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 2.0);
}

TEST_F(CgroupQuota, IsReadAtTheMountWhereThePathIsTheHosts) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/0123456789ab\n0::/\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_quota(root_), 0.5);
}

TEST_F(CgroupQuota, IsReadFromVersion1) {
  write("proc/self/cgroup", "6:memory:/m\n4:cpuacct,cpu:/batch\n1:name=systemd:/init.scope\n");
  write("sys/fs/cgroup/cpu/batch/cpu.cfs_quota_us", "350000\n");
  write("sys/fs/cgroup/cpu/batch/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_quota(root_), 3.5);
}

TEST_F(CgroupQuota, IgnoresOtherControllersOfVersion1) {
  write("proc/self/cgroup", "4:cpuset:/batch\n");
  write("sys/fs/cgroup/cpu/batch/cpu.cfs_quota_us", "350000\n");
  write("sys/fs/cgroup/cpu/batch/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_quota(root_), std::nullopt);
}

TEST_F(CgroupQuota, IgnoresLinesThatAreNoGroups) {
  write("proc/self/cgroup", "nonsense\n0:\n0::/a\n");
  write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroup_quota(root_), 1.5);
}

}  // namespace
}  // namespace longclip::runtime
