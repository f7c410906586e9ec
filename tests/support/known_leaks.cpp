// What tests that meet damaged histories do not look for.

/// libgit2 1.5 does not free the commits that it has walked through when it comes to one whose
/// parent is not there. Tests of single functions do look for its leaks.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libgit2.so\n";
}
