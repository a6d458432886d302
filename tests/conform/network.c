/* SPDX-License-Identifier: MIT */
/* unshare(2), as root or with a user namespace, and the loopback device up. */
#include "network.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int status = 0;
    int socket_for_ioctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_for_ioctl < 0) {
        return -errno;
    }
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl(socket_for_ioctl, SIOCSIFFLAGS, &request) != 0) {
        status = -errno;
    }
    close(socket_for_ioctl);
    return status;
}

int network_private(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return -errno;
    }
    return loopback_up();
}
