/** A machine's serial console in a terminal of its own, as a person has it who connects to one. */
import {once} from 'node:events';
import net from 'node:net';
import path from 'node:path';
import {openPane, type RealTerminal, type TerminalLook} from '../ui/tui/tmux.ts';
import type {Machine} from './machine.ts';

/** The caller disposes of it, before the machine. */
export async function openConsole(machine: Machine, look: TerminalLook): Promise<RealTerminal> {
	const place = path.join(machine.folder, 'terminal');
	const server = net.createServer((terminal) => {
		machine.showConsole((data) => terminal.write(data));
		terminal.setEncoding('utf8').on('data', (typed: string) => machine.type(typed));
	});
	server.listen(place);
	await once(server, 'listening');
	const pane = openPane(look, [
		process.execPath,
		path.join(import.meta.dirname, 'relay.ts'),
		place,
	]);
	await once(server, 'connection');
	return {
		...pane,
		[Symbol.dispose]: () => {
			pane[Symbol.dispose]();
			server.close();
		},
	};
}
