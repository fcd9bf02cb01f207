"""Models on this machine: llama.cpp in a child process, and the weights it runs on."""
