#include "checkpoint/pickle.h"

#include <gtest/gtest.h>

#include "checkpoint/bytes.h"

namespace longclip::checkpoint {
namespace {

using namespace std::string_literals;
using test::contains;
using test::little;
using test::source_of;
using Kind = Value::Kind;

// A pickle and what it was read from.
struct Read {
  explicit Read(const std::string& bytes) : source(source_of(bytes)) {
    Cursor cursor{source, source.bytes};
    pickle = read_pickle(cursor);
  }
  const Value& root() const { return *pickle.root; }
  Source source;
  Pickle pickle;
};

std::string reason(const std::string& bytes) {
  return test::reason([&] { Read read(bytes); });
}

std::string text(const std::string& value) { return "X"s + little(static_cast<std::uint32_t>(value.size())) + value; }
std::string short_text(const std::string& value) {
  return "\x8c"s + std::string(1, static_cast<char>(value.size())) + value;
}

TEST(Pickle, ReadsPlainValues) {
  EXPECT_EQ(Read("N."s).root().kind, Kind::none);
  EXPECT_EQ(Read("\x88."s).root().integer, 1);
  EXPECT_EQ(Read("\x89."s).root().kind, Kind::boolean);
  EXPECT_EQ(Read("K\xff."s).root().integer, 255);
  EXPECT_EQ(Read("M\x39\x05."s).root().integer, 1337);
  EXPECT_EQ(Read("J\xfe\xff\xff\xff."s).root().integer, -2);
  EXPECT_EQ(Read("\x8a\x00."s).root().integer, 0);
  EXPECT_EQ(Read("\x8a\x01\xff."s).root().integer, -1);
  EXPECT_EQ(Read("\x8a\x02\xff\x00."s).root().integer, 255);
  EXPECT_EQ(Read("\x8b\x01\x00\x00\x00\x7f."s).root().integer, 127);
  EXPECT_EQ(Read("\x8a\x09" + std::string(9, '\1') + ".").root().kind, Kind::long_integer);
  EXPECT_EQ(Read("I-12\n."s).root().integer, -12);
  EXPECT_EQ(Read("L34L\n."s).root().integer, 34);
  EXPECT_EQ(Read("I01\n."s).root().kind, Kind::boolean);
  EXPECT_EQ(Read("G\x3f\xf8\0\0\0\0\0\0."s).root().real, 1.5);
  EXPECT_EQ(Read(text("text") + ".").root().text, "text");
  EXPECT_EQ(Read("C\x02\xff\0."s).root().text, "\xff\0"s);
}

TEST(Pickle, ReadsContainers) {
  const Read list("](K\x01K\x02"s + "eK\x03"s + "a.");
  ASSERT_EQ(list.root().items.size(), 3u);
  EXPECT_EQ(list.root().items[2]->integer, 3);
  EXPECT_EQ(Read("(K\x01K\x02t."s).root().items.size(), 2u);
  EXPECT_EQ(Read("K\x01K\x02K\x03\x87."s).root().items[0]->integer, 1);
  EXPECT_EQ(Read("\x8f(K\x01\x90."s).root().kind, Kind::set);
  const Read dict("}"s + text("a") + "K\x01s(" + text("b") + "K\x02u.");
  ASSERT_EQ(dict.root().items.size(), 4u);
  EXPECT_EQ(dict.root().items[2]->text, "b");
}

TEST(Pickle, RemembersAndRecalls) {
  EXPECT_EQ(Read("K\x07q\x05"s + "0h\x05."s).root().integer, 7);
  EXPECT_EQ(Read("K\x07\x94"s + "0h\0."s).root().integer, 7);
  EXPECT_EQ(Read("K\x07r\xff\xff\xff\xff"s + "0j\xff\xff\xff\xff."s).root().integer, 7);
  EXPECT_TRUE(contains(reason("h\0."s), "not made"));
}

TEST(Pickle, ReadsAnOrderedDictOfEitherPython) {
  const std::string three = "ccollections\nOrderedDict\n)R" + text("a") + "K\x01s.";
  const std::string two = "ccollections\nOrderedDict\n](](" + text("a") + "K\x01" + "ee\x85R.";
  for (const std::string& bytes : {three, two}) {
    const Read read(bytes);
    ASSERT_EQ(read.root().kind, Kind::dict);
    ASSERT_EQ(read.root().items.size(), 2u);
    EXPECT_EQ(read.root().items[0]->text, "a");
  }
}

TEST(Pickle, KeepsAnAllowedCallAsARecord) {
  const Read read("ctorch\nSize\n(K\x02K\x03t\x85R."s);
  EXPECT_TRUE(read.root().is_call("torch.Size"));
  EXPECT_EQ(read.root().items.at(0)->items.at(1)->integer, 3);
}

TEST(Pickle, ReadsAModuleOfTorchScriptAsItsAttributes) {
  const Read read("c__torch__.a.b\nNet\n)\x81}" + text("w") + "K\x01sb.");
  ASSERT_EQ(read.root().kind, Kind::object);
  EXPECT_EQ(read.root().items.at(0)->items.at(0)->text, "w");
}

TEST(Pickle, StopsBehindTheFirst) {
  const Source source = source_of("K\x01.K\x02."s);
  Cursor cursor{source, source.bytes};
  EXPECT_EQ(read_pickle(cursor).root->integer, 1);
  EXPECT_EQ(read_pickle(cursor).root->integer, 2);
  EXPECT_EQ(cursor.remaining(), 0u);
}

// What would run a command in Python, by every way there is to name a function.
TEST(Pickle, RefusesEveryOtherNameAndSaysIt) {
  const std::string system = "echo";
  for (const std::string& bytes : {
           "cos\nsystem\n" + text(system) + "\x85R.",                                         // GLOBAL, REDUCE
           short_text("os") + short_text("system") + "\x93" + text(system) + "\x85R.",        // STACK_GLOBAL
           "(ios\nsystem\n."s,                                                                // INST
           "(cos\nsystem\n" + text(system) + "o.",                                            // OBJ
           "cos\nsystem\n" + text(system) + "\x85\x81.",                                      // NEWOBJ
           "}"s + text("state_dict") + "cos\nsystem\n" + text(system) + "\x85Rs.",            // inside a dict
           "ccollections\nOrderedDict\n)R}" + text("_metadata") + "cos\nsystem\n)Rsb.",       // inside a BUILD
           "cos\nsystem\n0N."s,                                                               // named and thrown away
           text("os") + "q\0"s + "0" + text("system") + "q\1"s + "0h\0h\1"s + "\x93N\x85R.",  // out of the memo
       }) {
    const std::string line = reason(bytes);
    EXPECT_TRUE(contains(line, "refused") && contains(line, "'os.system'")) << line;
  }
  for (const std::string name : {"builtins\neval",
                                 "builtins\nexec",
                                 "__builtin__\neval",
                                 "builtins\ngetattr",
                                 "posix\nsystem",
                                 "subprocess\nPopen",
                                 "nt\nsystem",
                                 "torch\nload",
                                 "torch.hub\nload",
                                 "torch.jit._script\nunpackage_script_module",
                                 "operator\nattrgetter",
                                 "functools\npartial",
                                 "numpy.core.multiarray\nscalar",
                                 "torch._utils\n_rebuild_sparse_tensor",
                                 "torch._utils\n_rebuild_qtensor",
                                 "torch.storage\n_load_from_bytes",
                                 "copyreg\n_reconstructor",
                                 "collections\nOrderedDict.fromkeys",
                                 "torch\nFloatStorage.from_file",
                                 "__torch__x\nNet",
                                 "\n",
                                 "collections.OrderedDict\n",
                                 "torch._utils._rebuild_tensor_v2\n"}) {
    std::string dotted = name;
    dotted[name.find('\n')] = '.';
    EXPECT_TRUE(contains(reason("c"s + name + "\n)R."), "names '" + dotted + "'")) << reason("c"s + name + "\n)R.");
  }
}

TEST(Pickle, RefusesACallOfWhatIsNoFunction) {
  EXPECT_TRUE(contains(reason("ctorch\nFloatStorage\nK\x01\x85R."s), "'torch.FloatStorage'"));
  EXPECT_TRUE(contains(reason("c__torch__\nNet\n)R."s), "refused"));
  EXPECT_TRUE(contains(reason(text("os.system") + ")R."), "no function"));
  EXPECT_TRUE(contains(reason("ctorch._utils\n_rebuild_tensor_v2\n)\x81."s), "refused"));
  EXPECT_TRUE(contains(reason("ctorch\nSize\n]R."s), "no function"));
}

TEST(Pickle, RefusesStateOfPlainValues) {
  EXPECT_TRUE(contains(reason("]}b."s), "state"));
  EXPECT_TRUE(contains(reason("ctorch\nSize\n)R}b."s), "state"));
  EXPECT_TRUE(contains(reason("c__torch__\nNet\n)\x81]b."s), "state"));
}

TEST(Pickle, RefusesExtensionsBuffersAndUnknownOpcodes) {
  for (const std::string& opcode : {"\x82\1"s, "\x83\1\0"s, "\x84\1\0\0\0"s, "\x92"s, "\x97"s, "\x98"s, "P0\n"s,
                                    "g0\n"s, "F1.5\n"s, "S'x'\n"s, "V\n"s, "\xff"s, "\0"s}) {
    EXPECT_TRUE(contains(reason(opcode + "."), "opcode")) << opcode;
  }
}

TEST(Pickle, SaysHowToConvertAWholeModule) {
  for (const std::string name :
       {"longclip.model\nCLIP", "model.model_longclip\nLongCLIP", "torch.nn.modules.container\nSequential"}) {
    const std::string line = reason("c"s + name + "\n)\x81.");
    EXPECT_TRUE(contains(line, "whole module")) << line;
    EXPECT_TRUE(contains(line, "state_dict()")) << line;
  }
}

TEST(Pickle, KeepsCyclesWithoutLosingOrFollowingThem) {
  // l = []; l.append(l)
  const Read list("]q\0h\0a."s);
  EXPECT_EQ(list.root().items.at(0), &list.root());
  const Read dict("}q\0"s + text("self") + "h\0s."s);
  EXPECT_EQ(dict.root().items.at(1), &dict.root());
  const Read module("c__torch__\nNet\n)\x81q\0}"s + text("self") + "h\0sb."s);
  EXPECT_EQ(module.root().items.at(0)->items.at(1), &module.root());
}

TEST(Pickle, RefusesAStackThatIsNotThere) {
  for (const std::string& bytes : {"."s,  "0."s,   "1."s,   "2."s,    "t."s,  "a."s,  "]a."s,   "e."s,    "](\x90."s,
                                   "s."s, "}Ns."s, "u."s,   "}(Nu."s, "R."s,  "b."s,  "\x81."s, "\x85."s, "\x93."s,
                                   "Q."s, "NQ."s,  "q\0."s, "N(a."s,  "](."s, "NN."s, "K\1(."s, "(q\0."s}) {
    EXPECT_NE(reason(bytes), "") << bytes;
  }
}

TEST(Pickle, RefusesSizesBeyondTheFile) {
  for (const std::string& bytes : {"X\xff\xff\xff\xff."s, "\x8d" + std::string(8, '\xff') + ".", "B\xff\xff\xff\x7f."s,
                                   "\x8e" + std::string(8, '\x7f') + ".", "\x96" + std::string(8, '\x7f') + ".",
                                   "\x8b\xff\xff\xff\xff."s, "\x8a\xff."s, "\x95" + std::string(8, '\xff') + "N.",
                                   "cos\n"s, "\x80"s, ""s, "I99999999999999999999\n."s, "\x80\x06N."s}) {
    EXPECT_NE(reason(bytes), "") << bytes;
  }
}

TEST(Pickle, NestsDeeplyWithoutAStackOfItsOwn) {
  constexpr std::size_t kDepth = 500000;
  const std::string deep = std::string(kDepth, ']') + std::string(kDepth - 1, 'a') + ".";
  EXPECT_EQ(Read(deep).root().kind, Kind::list);
  EXPECT_NE(reason(std::string(kDepth, '(') + "."), "");
}

TEST(Pickle, BoundsItsMemory) {
  const std::size_t many = kMaxPickleValues + 1;
  EXPECT_TRUE(contains(reason("(" + std::string(many, ']') + "t."), "million values"));
  EXPECT_TRUE(contains(reason("N" + std::string(many, '2') + "."), "too deep"));
  EXPECT_TRUE(contains(reason(std::string(many, '(') + "."), "too deep"));
  EXPECT_TRUE(contains(reason("N" + std::string(10, '\x94') + "."), "remembers more"));
  // A short call that copies a long list, again and again.
  std::string copies = "(" + std::string(10000, 'N') + "lq\0"s + "0cbuiltins\nset\nq\1"s + "0";
  for (int i = 0; i < 1000; ++i) copies += "h\1h\0\x85R0"s;
  EXPECT_TRUE(contains(reason(copies + "N."), "million items"));
}

TEST(Pickle, ShowsAHostileNameOnOneLine) {
  const std::string line = reason(short_text("a\nb") + short_text("\x1b]0;" + std::string(200, 'x')) + "\x93.");
  EXPECT_TRUE(contains(line, "refused"));
  EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LT(line.size(), 300u);
}

}  // namespace
}  // namespace longclip::checkpoint
