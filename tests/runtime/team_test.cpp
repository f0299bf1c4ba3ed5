#include "runtime/team.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace longclip::runtime {
namespace {

TEST(TeamThreads, ShareEveryStageOnce) {
  for (const int threads : {1, 2, 5}) {
    Team team(threads);
    EXPECT_EQ(team.threads(), threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<int> first(100);
      std::vector<int> second(100);
      team.run([&](Team::Member& member) {
        member.share(100, [&](std::size_t i) { ++first[i]; });
        // All of the stage before is there.
        member.share(100, [&](std::size_t i) { second[i] = std::accumulate(first.begin(), first.end(), 0); });
        member.share(0, [](std::size_t) { FAIL(); });
      });
      EXPECT_EQ(first, std::vector<int>(100, 1));
      EXPECT_EQ(second, std::vector<int>(100, 100));
    }
  }
}

TEST(TeamThreads, AreNumberedFromTheCaller) {
  Team team(3);
  std::vector<std::thread::id> ids(3);
  team.run([&](Team::Member& member) { ids[member.index()] = std::this_thread::get_id(); });
  EXPECT_EQ(ids[0], std::this_thread::get_id());
  EXPECT_EQ(std::set<std::thread::id>(ids.begin(), ids.end()).size(), 3u);
}

TEST(TeamThreads, WhoFindsThemBusyWorksAlone) {
  Team team(3);
  std::atomic<int> members{0};
  std::vector<int> done(10);
  team.run([&](Team::Member& member) {
    // The others are in this work.
    if (member.index() == 0) {
      std::thread([&] {
        team.run([&](Team::Member& beside) {
          ++members;
          beside.share(10, [&](std::size_t i) { ++done[i]; });
          beside.share(10, [&](std::size_t i) { ++done[i]; });
        });
      }).join();
    }
    member.share(3, [](std::size_t) {});
  });
  EXPECT_EQ(members, 1);
  EXPECT_EQ(done, std::vector<int>(10, 2));
}

TEST(TeamThreads, AreLeftOutWhereOneWorksAlone) {
  Team team(3);
  const auto members = [&team] {
    std::size_t count = 0;
    team.run([&](Team::Member& member) {
      if (member.index() == 0) count = member.count();
    });
    return count;
  };
  {
    const Team::Alone alone(team.places().take());
    EXPECT_EQ(members(), 1u);
    EXPECT_EQ(team.most_members(), 1u);
    std::thread([&] { EXPECT_EQ(members(), 2u); }).join();  // it is this thread's affair, but for its place
  }
  EXPECT_EQ(members(), 3u);
  EXPECT_EQ(team.most_members(), 3u);
}

TEST(TeamThreads, ServeManyCallersAtOnce) {
  Team team(2);
  const auto call = [&] {
    for (int repeat = 0; repeat < 100; ++repeat) {
      std::vector<int> done(20);
      team.run([&](Team::Member& member) {
        for (int stage = 0; stage < 3; ++stage) member.share(20, [&](std::size_t i) { ++done[i]; });
      });
      EXPECT_EQ(done, std::vector<int>(20, 3));
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) callers.emplace_back(call);
  for (auto& caller : callers) caller.join();
}

// The rest of what a process made by fork() does with a team; how it ends is what fork() gives back.
template <class Rest>
int in_a_child(const Rest& rest) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(rest() ? 0 : 1);
  int status = 0;
  for (int i = 0; i < 500; ++i) {
    if (::waitpid(child, &status, WNOHANG) == child) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return status;
}

std::size_t sum_on(Team& team) {
  std::atomic<std::size_t> sum = 0;
  team.run([&](Team::Member& member) {
    member.share(100, [&](std::size_t i) { sum += i; });
    member.share(100, [&](std::size_t i) { sum += i; });
  });
  return sum;
}

TEST(TeamAfterFork, WorksAloneOrAnewAndEnds) {
  auto team = shared_team(3);
  ASSERT_EQ(sum_on(*team), 9900U);
  // The parent's threads are not there.
  EXPECT_EQ(in_a_child([&] { return sum_on(*team) == 9900U; }), 0);
  EXPECT_EQ(in_a_child([&] {
              const auto own = shared_team(3);
              return own != team && own->most_members() == 3 && sum_on(*own) == 9900U;
            }),
            0);
  EXPECT_EQ(in_a_child([&] {
              team.reset();
              return true;
            }),
            0);
  EXPECT_EQ(sum_on(*team), 9900U);
}

TEST(SharedTeam, IsOneForAllOfSoManyThreadsWhileSomeoneHoldsIt) {
  const auto two = shared_team(2);
  EXPECT_EQ(shared_team(2), two);
  EXPECT_NE(shared_team(3), two);
  EXPECT_EQ(two->threads(), 2);
  const std::weak_ptr<Team> three = shared_team(3);
  EXPECT_TRUE(three.expired());
}

}  // namespace
}  // namespace longclip::runtime
