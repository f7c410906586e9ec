// libgit2 itself: started before everything that uses git, stopped after it.
#pragma once

namespace guantong {

/// Keeps libgit2 started. main() owns one, before and beyond everything else that uses git; a
/// second one is harmless. For the whole process it also makes libgit2
/// - flush what it writes to the disk (objects, packs, references and their folders), and
/// - open repositories that belong to other users, as a USB stick's or a shared folder's does:
/// libgit2
///   runs no hooks and no commands from a repository, which is what git's refusal guards against.
class GitLibrary {
public:
  GitLibrary();
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
  GitLibrary(GitLibrary&&) = delete;
  GitLibrary& operator=(GitLibrary&&) = delete;
  ~GitLibrary();
};

}  // namespace guantong
