#include "fetch/url.h"

#include <gtest/gtest.h>

#include <longclip/error.h>

namespace longclip::hub {
namespace {

TEST(Url, KnowsWhoIsSpokenTo) {
  EXPECT_EQ(Url("https://huggingface.co/a/b?c=d").origin(), "https://huggingface.co");
  EXPECT_EQ(Url("https://HuggingFace.co:443/a").origin(), "https://huggingface.co");
  EXPECT_EQ(Url("http://localhost:8080/hf").origin(), "http://localhost:8080");
  EXPECT_EQ(Url("https://user:password@mirror.example/hf").origin(), "https://mirror.example");
  EXPECT_NE(Url("http://huggingface.co").origin(), Url("https://huggingface.co").origin());
  EXPECT_NE(Url("https://huggingface.co:444").origin(), Url("https://huggingface.co").origin());
  EXPECT_TRUE(Url("https://huggingface.co").secure());
  EXPECT_FALSE(Url("http://huggingface.co").secure());
}

TEST(Url, IsRefusedUnlessItIsOfTheWeb) {
  for (const char* text : {"", "huggingface.co", "ftp://huggingface.co", "file:///etc/passwd", "https://",
                           "https://hugging face.co", "https://huggingface.co/a\r\nX: y", "/a/b"}) {
    EXPECT_THROW(Url{text}, InvalidInput) << text;
  }
}

TEST(Url, ResolvesLocations) {
  const Url base("https://huggingface.co/a/resolve/main/f.pt");
  EXPECT_EQ(base.resolve("/b/resolve/main/f.pt").text(), "https://huggingface.co/b/resolve/main/f.pt");
  EXPECT_EQ(base.resolve("g.pt").text(), "https://huggingface.co/a/resolve/main/g.pt");
  EXPECT_EQ(base.resolve("//cdn.example/x").origin(), "https://cdn.example");
  const Url other = base.resolve("https://cdn.example/x?Policy=a_b~&Signature=c%2Fd");
  EXPECT_EQ(other.text(), "https://cdn.example/x?Policy=a_b~&Signature=c%2Fd");
  EXPECT_EQ(other.origin(), "https://cdn.example");
}

TEST(Url, RefusesLocationsThatAreNotOfTheWeb) {
  const Url base("https://huggingface.co/a");
  for (const char* location : {"file:///etc/passwd", "gopher://x/", "https://", "https://x/ y", "https://x/\n"}) {
    EXPECT_THROW(base.resolve(location), InvalidFile) << location;
  }
}

}  // namespace
}  // namespace longclip::hub
