/** Connects this terminal, with every key as it is, to the socket that is given. */
import net from 'node:net';

const socket = net.connect(process.argv[2] ?? '');
process.stdin.setRawMode(true);
process.stdin.pipe(socket).pipe(process.stdout);
