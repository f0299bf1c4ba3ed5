// Prints settings of c10 (its file is the first argument), as bytes: in a process of c10 alone, or,
// with the library linked, after it has used the SentencePiece model of the second argument. There c10
// itself must find its own settings by these names: another object of the name, earlier in the process,
// would take their place.

#include <dlfcn.h>

#include <cstdlib>
#include <iostream>

#ifdef WITH_LONGCLIP
#include <longclip/longclip.h>
#endif

int main(int, char** argv) {
#ifdef WITH_LONGCLIP
  longclip::Tokenizer::load(argv[2]).encode("a small text");
#endif
  void* c10 = dlopen(argv[1], RTLD_NOW);
  if (!c10) {
    std::cerr << dlerror() << '\n';
    return EXIT_FAILURE;
  }
  const struct {
    const char* name;
    int size;
  } flags[] = {
      {"FLAGS_minloglevel", 4}, {"FLAGS_v", 4}, {"FLAGS_logtostderr", 1}, {"FLAGS_caffe2_use_fatal_for_enforce", 1}};
  for (const auto& flag : flags) {
    const auto* bytes = static_cast<const unsigned char*>(dlsym(c10, flag.name));
    if (!bytes) {
      std::cerr << argv[1] << " has no " << flag.name << '\n';
      return EXIT_FAILURE;
    }
#ifdef WITH_LONGCLIP
    if (dlsym(RTLD_DEFAULT, flag.name) != bytes) {
      std::cerr << flag.name << " of another library stands before that of " << argv[1] << '\n';
      return EXIT_FAILURE;
    }
#endif
    std::cout << flag.name << ':';
    for (int i = 0; i < flag.size; ++i) std::cout << ' ' << int{bytes[i]};
    std::cout << '\n';
  }
}
