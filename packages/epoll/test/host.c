// Stands in for Node.js where there is none: loads an addon, every symbol bound at once. scripts/try-prebuilds.mjs compiles it
// together with empty functions for what the addon wants of Node-API and libuv; all else has to come from the C library.
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
  void *addon = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (addon == NULL || dlsym(addon, "napi_register_module_v1") == NULL) {
    printf("not loaded: %s\n", dlerror());
    return 1;
  }
  puts("loaded");
  return 0;
}
