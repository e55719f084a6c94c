// libpqxx 6.4.5 asks a connection for its encoding between receiving a result and owning it; when
// the connection has just broken that throws, and the result (some 2 KB) is lost. Nothing of ours.

// What LeakSanitizer asks the program for; it has no other name.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libpqxx\n";
}
