/** Whole installations in the live system of an ISO, offline and by keys alone, on its serial console. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isTmuxThere, type RealTerminal, type TerminalLook} from '../ui/tui/tmux.ts';
import {openConsole} from './console-terminal.ts';
import {LiveIso} from './live-system.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('installation by keys in the live system');
const problem = runsAll
	? ((await whyNoMachines()) ?? (isTmuxThere() ? undefined : 'tmux is not installed'))
	: beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

/** An emulated machine draws slowly; it plans and writes more slowly. */
const drawingMs = 60_000;
const workingMs = 900_000;

const password = 'pa55 wörd';

class Keys {
	readonly #terminal: RealTerminal;

	constructor(terminal: RealTerminal) {
		this.#terminal = terminal;
	}

	press(...keys: readonly string[]): void {
		this.#terminal.press(...keys);
	}

	type(text: string): void {
		this.#terminal.press('-l', text);
	}

	see(expected: RegExp, patienceMs = drawingMs): Promise<string> {
		return this.#terminal.see(expected, patienceMs);
	}

	/** Waits for a screen by its title, and until the one before is all gone, with the cursor that it had. */
	async at(title: string, patienceMs = drawingMs): Promise<string> {
		await this.see(new RegExp(`^ ${title} .*\\d+/10$`, 'm'), patienceMs);
		return await this.#terminal.settled(patienceMs);
	}

	/** Presses a key until the line with the cursor is as wanted. */
	async moveTo(wanted: RegExp, key = 'Tab'): Promise<void> {
		for (let tries = 0; tries < 30; tries++) {
			const shown = this.#terminal.screen();
			if (wanted.test(shown)) return;
			this.press(key);
			await this.see(movedFrom(shown));
		}
		throw new Error(`the cursor never came to ${wanted}:\n${this.#terminal.screen()}`);
	}

	async goOn(): Promise<void> {
		await this.moveTo(/^> +\[ (Continue|Install on .*) \]/m);
		this.press('Enter');
	}
}

/** Any screen with the cursor elsewhere: what was typed in a field may still be coming. */
function movedFrom(screen: string): RegExp {
	const [cursor] = /^.?> +(?:[^[\n]*\S(?= *\[)|.*)/m.exec(screen) ?? [screen];
	const literal = cursor.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
	return new RegExp(`^(?![^]*${literal})`);
}

async function answerEverything(keys: Keys, publicKey: string): Promise<void> {
	// Before it knows the machine it does not go on.
	await keys.see(/^ (?:ok|look) +Memory/m, workingMs);
	await keys.goOn();
	await keys.at('Disk');
	await keys.moveTo(/^.?> +vda /m, 'Down');
	keys.press('Enter');
	await keys.at('Layout');
	await keys.goOn();
	await keys.at('System');
	keys.press('C-u');
	keys.type('keyed');
	await keys.goOn();
	await keys.at('File system and encryption');
	await keys.goOn();
	await keys.at('Account');
	keys.type('anna');
	keys.press('Tab');
	keys.type('Anna Example');
	keys.press('Tab');
	keys.type(password);
	keys.press('Tab');
	keys.type(password);
	keys.press('Tab');
	keys.type(publicKey);
	// All of what was typed ahead has come by then.
	await keys.see(/^> +SSH key /m);
	await keys.moveTo(/^> +\[ Add the key \]/m);
	keys.press('Enter');
	await keys.see(/1 key was added/);
	await keys.goOn();
	await keys.at('Network and registry');
	await keys.goOn();
	await keys.at('Updates');
	await keys.goOn();
	await keys.see(/anna, by password and 1 key\n/, workingMs);
	const summary = await keys.at('Summary');
	assert.match(summary, 'destroys nothing');
	assert.match(summary, /host name +keyed\n/);
	// Its only button may be below what is shown.
	await keys.moveTo(/^> +\[ Continue \]/m, 'NPage');
	keys.press('Enter');
	await keys.at('Confirm');
	keys.type('vda');
	await keys.goOn();
}

const looks: readonly Required<TerminalLook>[] = [
	{columns: 80, rows: 24, term: 'vt220'},
	{columns: 200, rows: 50, term: 'linux'},
];

for (const look of looks)
	check(
		`with ${look.term} at ${look.columns}x${look.rows} makes a machine to log in to`,
		async () => {
			using medium = await LiveIso.make();
			const privateKey = await installByKeys(medium, look);
			await using machine = await Machine.start({disk: medium.target});
			await logIn(machine);
			assert.is(await machine.ok('hostname'), 'keyed');
			await machine.ok(`umask 077; printf '%s\\n' '${privateKey}' > /tmp/key`);
			assert.is(
				await machine.ok(
					'ssh -i /tmp/key -o BatchMode=yes -o StrictHostKeyChecking=no -q anna@localhost id -un',
				),
				'anna',
			);
		},
	);

/** @returns the private key of the user */
async function installByKeys(medium: LiveIso, look: Required<TerminalLook>): Promise<string> {
	await using machine = await Machine.start({
		...medium.machine('cd'),
		credentials: {
			'systemd.unit-dropin.slipway-installer@ttyS0.service~term': `[Service]\nEnvironment=TERM=${look.term}\n`,
		},
	});
	await machine.booted();
	using terminal = await openConsole(machine, {...look, term: 'xterm-256color'});
	const keys = new Keys(terminal);
	await machine.ok('ssh-keygen -q -t ed25519 -N "" -C anna@desk -f /root/key');
	// What was drawn before somebody looked is drawn again.
	keys.press('C-l');
	await answerEverything(keys, await machine.ok('cat /root/key.pub'));
	await keys.see(/^ Installing on \/dev\/vda/m, workingMs);
	// Whoever writes goes on, and whoever looks next finds it.
	await machine.ok('systemctl kill --kill-whom=main --signal=KILL slipway-installer@ttyS0');
	await keys.see(/vda boots .* now/, workingMs);
	const privateKey = await machine.ok('cat /root/key');
	const planted = await machine.run(
		`grep -rlF '${password}' /run /var/log /tmp /proc/[0-9]*/cmdline`,
	);
	assert.is(
		planted.output.replaceAll(/^grep: .*\n/gm, ''),
		'',
		'the password is where it can be read',
	);
	await machine.powerOff();
	return privateKey;
}

async function logIn(machine: Machine): Promise<void> {
	await machine.run('systemctl is-system-running --wait');
	const from = machine.console.text.length;
	machine.type('\r');
	await machine.console.waitFor(/login: /, drawingMs, from);
	machine.type('anna\r');
	await machine.console.waitFor(/Password: /, drawingMs, from);
	machine.type(`${password}\r`);
	await machine.console.waitFor(/\$ $/, drawingMs, from);
	machine.type('echo "$USER at $HOME"\r');
	await machine.console.waitFor(/anna at \S*\/home\/anna/, drawingMs, from);
}

test.run();
