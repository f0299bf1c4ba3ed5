#include <signal.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

using namespace std::chrono_literals;

class Train : public GoldenCommand {
 protected:
  Train() {
    std::string lines;
    for (const auto& photo : {"chelsea_progressive", "coffee_444", "astronaut_420", "rocket_422_optimised"}) {
      for (const auto& caption : {"A photo of it. It was taken in good light", "Seen from near. There is no frame"}) {
        lines += nlohmann::json({{"image", std::string(photo) + ".jpg"},
                                 {"caption", std::string(photo) + " " + caption},
                                 {"short", photo}})
                     .dump() +
                 "\n";
      }
    }
    write("data.jsonl", lines);
  }

  std::vector<std::string> train(const std::string& run, std::vector<std::string> more = {},
                                 const std::string& checkpoint_every = "2") const {
    std::vector<std::string> arguments{"train",
                                       folder_ / "data.jsonl",
                                       "--images",
                                       golden::data("images"),
                                       "-o",
                                       folder_ / run,
                                       "--batch",
                                       "4",
                                       "--steps",
                                       "12",
                                       "--vision",
                                       "64x2",
                                       "--text",
                                       "64x2",
                                       "--seed",
                                       "3",
                                       "--threads",
                                       "1",
                                       "--checkpoint-every",
                                       checkpoint_every};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  std::size_t logged(const std::string& run) const {
    std::ifstream file(folder_ / run / "log.jsonl");
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
  }
};

TEST_F(Train, WritesAPackageThatRanks) {
  const auto trained = longclip(train("run"));
  ASSERT_EQ(trained.exit_code, 0) << trained.error;
  std::ifstream processors("/proc/cpuinfo");
  const std::string known(std::istreambuf_iterator<char>(processors), {});
  const bool has_bf16 = known.find("avx512_bf16") != std::string::npos;
  EXPECT_EQ(trained.output, (folder_ / "run/model").string() + ": 12 steps in " + (has_bf16 ? "bf16" : "fp32") + "\n");
  EXPECT_EQ(trained.error, "");
  const auto ranked = longclip({"rank", golden::data("images/coffee_444.jpg"), "--text", "coffee", "a rocket",
                                "--model", folder_ / "run/model"});
  EXPECT_EQ(ranked.exit_code, 0) << ranked.error;
}

TEST_F(Train, KilledAndResumedEndsInTheSameFiles) {
  ASSERT_EQ(longclip(train("whole")).exit_code, 0);
  {
    Process process(Invocation{train("killed")});
    for (int i = 0; i < 6000 && logged("killed") < 3; ++i) std::this_thread::sleep_for(5ms);
    process.send(SIGKILL);
    EXPECT_EQ(process.wait().signal, SIGKILL);
  }
  ASSERT_FALSE(std::filesystem::exists(folder_ / "killed/model"));
  const auto resumed = longclip(train("killed", {"--resume"}));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.error;
  EXPECT_TRUE(read("killed/model.pt") == read("whole/model.pt"));
  EXPECT_EQ(logged("killed"), 12u);
}

TEST_F(Train, InterruptedAndResumedEndsInTheSameFiles) {
  ASSERT_EQ(longclip(train("whole", {}, "100")).exit_code, 0);
  {
    Process process(Invocation{train("stopped", {}, "100")});
    for (int i = 0; i < 6000 && logged("stopped") < 3; ++i) std::this_thread::sleep_for(5ms);
    process.send(SIGINT);
    const auto outcome = process.wait();
    EXPECT_EQ(outcome.signal, SIGINT) << outcome.error;
  }
  EXPECT_TRUE(exists("stopped/state.pt"));  // of the step that it was stopped at
  EXPECT_EQ(longclip(train("stopped", {"--resume"}, "100")).exit_code, 0);
  EXPECT_EQ(logged("stopped"), 12u);
  EXPECT_TRUE(read("stopped/model.pt") == read("whole/model.pt"));
}

TEST_F(Train, FineTunesACheckpointWithFewerPicturesAtATime) {
  const auto tuned =
      longclip({"finetune", golden::model("clip77.pt"), folder_ / "data.jsonl", "--images", golden::data("images"),
                "-o", folder_ / "run", "--batch", "6", "--micro-batch", "2", "--steps", "1", "--json"});
  ASSERT_EQ(tuned.exit_code, 0) << tuned.error;
  const auto report = nlohmann::json::parse(tuned.output);
  EXPECT_EQ(report["steps"], 1);
  const auto info = longclip({"info", report["package"].get<std::string>(), "--json"});
  EXPECT_EQ(nlohmann::json::parse(info.output)["positions"], "248");
}

class TwoProcesses : public Train {
 protected:
  using Both = std::array<std::unique_ptr<Process>, 2>;

  Both start_both(const std::vector<std::string>& first, const std::vector<std::string>& second) {
    Both processes;
    const std::string meeting = folder_ / ("meeting" + std::to_string(++meetings_));
    for (const std::size_t rank : {0, 1}) {
      auto all = rank == 0 ? first : second;
      all.insert(all.end(), {"--processes", "2", "--rank", std::to_string(rank), "--meeting", meeting});
      processes[rank] = std::make_unique<Process>(Invocation{all});
    }
    return processes;
  }

  std::array<Outcome, 2> run_both(const std::vector<std::string>& first, const std::vector<std::string>& second) {
    const Both processes = start_both(first, second);
    return {processes[0]->wait(), processes[1]->wait()};
  }

  std::vector<std::string> tune(const std::string& run, const std::string& start,
                                const std::string& rate = "1e-4") const {
    return {"finetune",
            start,
            folder_ / "data.jsonl",
            "--images",
            golden::data("images"),
            "-o",
            folder_ / run,
            "--batch",
            "8",
            "--steps",
            "3",
            "--components",
            "2",
            "--precision",
            "fp32",
            "--threads",
            "1",
            "--learning-rate",
            rate};
  }

  std::vector<double> logged_values(const std::string& run, const char* name) const {
    std::ifstream file(folder_ / run / "log.jsonl");
    std::vector<double> all;
    for (std::string line; std::getline(file, line);) all.push_back(nlohmann::json::parse(line)[name]);
    return all;
  }

 private:
  int meetings_ = 0;
};

TEST_F(TwoProcesses, TrainOneModel) {
  const std::vector<std::string> exactly{"--precision", "fp32"};
  for (const auto& outcome : run_both(train("run", exactly), train("run", exactly)))
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  // The same batches in one process: all rows' losses, and from the second step on all gradients.
  ASSERT_EQ(longclip(train("alone", exactly)).exit_code, 0);
  const auto together = logged_values("run", "loss");
  const auto alone = logged_values("alone", "loss");
  ASSERT_EQ(together.size(), 12u);
  ASSERT_EQ(alone.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(together[i], alone[i], 1e-3) << i;
}

// Where one is killed the other one ends, too, and the run goes on from the state of the second step.
TEST_F(TwoProcesses, KilledAndResumedEndInTheSameWeights) {
  for (const auto& outcome : run_both(train("whole"), train("whole"))) ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  {
    const Both processes = start_both(train("killed"), train("killed"));
    for (int i = 0; i < 6000 && logged("killed") < 3; ++i) std::this_thread::sleep_for(5ms);
    processes[1]->send(SIGKILL);
    const auto left = processes[0]->wait();
    EXPECT_EQ(left.exit_code, 1);
    EXPECT_NE(left.error.find("another process of the training has gone"), std::string::npos) << left.error;
    EXPECT_EQ(processes[1]->wait().signal, SIGKILL);
  }
  ASSERT_TRUE(exists("killed/state.pt"));
  ASSERT_FALSE(exists("killed/model"));
  const std::string first_step = lines(read("killed/log.jsonl")).at(0);
  const auto again = train("killed", {"--resume"});
  for (const auto& outcome : run_both(again, again)) ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(lines(read("killed/log.jsonl")).at(0), first_step);  // with its pictures a second: not taken anew
  EXPECT_EQ(logged("killed"), 12u);
  EXPECT_TRUE(read("killed/model.pt") == read("whole/model.pt"));
}

// Each has the components of its own pictures, as in the reference, so that of one process' losses only
// that of the long captions can be expected, and of its first step: the weights differ from then on.
TEST_F(TwoProcesses, FineTuneOneModelByMatchingComponents) {
  const std::string start = golden::model("clip77.pt");
  for (const auto& outcome : run_both(tune("run", start), tune("run", start)))
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  ASSERT_EQ(longclip(tune("alone", start)).exit_code, 0);
  const auto together = logged_values("run", "loss_long");
  ASSERT_EQ(together.size(), 3u);
  EXPECT_NEAR(together[0], logged_values("alone", "loss_long").at(0), 1e-3);
  const auto info = longclip({"info", folder_ / "run/model", "--json"});
  EXPECT_EQ(nlohmann::json::parse(info.output)["positions"], "248") << info.error;
}

// None may wait for what the other one will not do.
TEST_F(TwoProcesses, EndTogetherWhereOneCannotTrain) {
  write("damaged.pt", "no weights");
  const auto outcomes = run_both(tune("run", golden::model("clip77.pt")), tune("run", folder_ / "damaged.pt"));
  EXPECT_EQ(outcomes[0].exit_code, 1);
  EXPECT_EQ(outcomes[0].error, "longclip: process 1 of this training failed; its own message says why\n");
  EXPECT_EQ(outcomes[1].exit_code, 1);
  EXPECT_NE(outcomes[1].error.find("damaged.pt"), std::string::npos) << outcomes[1].error;
  EXPECT_FALSE(exists("run/settings.json"));  // nothing was begun
}

TEST_F(TwoProcesses, EndTogetherWhereTheyWereToldDifferently) {
  const std::string start = golden::model("clip77.pt");
  for (const auto& outcome : run_both(tune("run", start, "1e-4"), tune("run", start, "1e-5"))) {
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_NE(outcome.error.find("was given other settings, data or weights"), std::string::npos) << outcome.error;
  }
  EXPECT_FALSE(exists("run/settings.json"));
}

TEST_F(Train, SaysWhatIsWrong) {
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"train", folder_ / "data.jsonl", "--images", golden::data("images"),
                                       "-o",    folder_ / "refused",    "--steps",  "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = longclip(arguments);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "refused"));
    return std::to_string(outcome.exit_code) + " " + outcome.error;
  };
  EXPECT_EQ(refused({"--vision", "100x2"}),
            "2 longclip: --vision 100x2: give WIDTHxLAYERS, the width a multiple of 64, such as 192x5. See `longclip "
            "train --help`.\n");
  EXPECT_EQ(refused({"--batch", "9"}),
            "1 longclip: there are 8 pictures, fewer than the 9 of a batch; lower the batch, or give more data\n");
  EXPECT_NE(refused({"--batch", "4", "--from", folder_ / "missing.pt"}).find("missing.pt"), std::string::npos);
  EXPECT_EQ(refused({"--batch", "4", "--processes", "2", "--rank", "2"}),
            "1 longclip: rank 2 of 2 processes: ranks are counted from 0\n");
  EXPECT_NE(refused({"--hard-share", "0.5"}).find("2 longclip: --hard-share is of the pictures"), std::string::npos);
  for (const std::string option : {"--seed", "--warmup", "--first"}) {
    EXPECT_NE(refused({option, "-1"}).find("2 longclip: " + option + ": must be a whole number of at least 0, not -1"),
              std::string::npos)
        << refused({option, "-1"});
  }
  EXPECT_NE(longclip({"finetune", "start", "data", "-o", "run", "--objective", "long", "--components", "8"})
                .error.find("--components is of --objective matching"),
            std::string::npos);
}

}  // namespace
}  // namespace longclip::testing
