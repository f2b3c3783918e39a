/* Names in /etc/hosts, which differ from machine to machine. */
#ifndef HOB_TESTS_SUPPORT_HOSTS_FILE_H
#define HOB_TESTS_SUPPORT_HOSTS_FILE_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Finds the first name that is not "localhost", and its IPv4 address. */
static inline bool find_in_hosts(char name[static 256], struct in_addr *address)
{
    char line[512];
    char number[64];
    bool found = false;
    FILE *file = fopen("/etc/hosts", "r");
    while (file && !found && fgets(line, sizeof(line), file)) {
        bool whole = sscanf(line, "%63s %255s", number, name) == 2;
        found = whole && inet_pton(AF_INET, number, address) == 1 && !strstr(name, "localhost");
    }
    if (file)
        fclose(file);
    return found;
}

#endif
