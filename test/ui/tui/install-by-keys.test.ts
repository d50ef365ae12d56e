/** Whole installations in real terminals, on a machine that is made up. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {key} from './fake-port.ts';
import {isTmuxThere, openTerminal} from './tmux.ts';

const test = suite('installation by keys alone');

const hasTmux = isTmuxThere();
if (!hasTmux) console.log('skipped: tmux is not installed');
const inTmux = hasTmux ? test : test.skip;

async function installByKeys(look: Parameters<typeof openTerminal>[0]): Promise<void> {
	using terminal = openTerminal(look);
	const {press, see} = terminal;
	await see(/Continue[\s\S]*Ctrl\+C leave/);
	press('Enter');
	await see(/Disks \(4\)/);
	press('Down', 'Enter');
	await see(/the whole disk/);
	press('Tab', 'Enter');
	await see(/Host name/);
	press('Down', 'Down', 'Down', 'Enter');
	await see(/Time zone:[\s\S]*7 of 7/);
	press('-l', 'berl');
	press('Enter');
	await see(/Europe\/Berlin/);
	press('Enter');
	await see(/File system {6}\(.\) ext4/);
	press('Tab', 'Tab', 'Enter');
	await see(/User name/);
	press('-l', 'anna');
	press('Tab', 'Tab', 'pa55word', 'Tab', 'pa55word', 'Tab');
	press('-l', key);
	press('Enter', 'Enter');
	await see(/1 key was added/);
	// What is focused stays when a row is added below it.
	press('Tab', 'Tab', 'Tab', 'Enter');
	await see(/Registry login/);
	press('Tab', 'Tab', 'Enter');
	await see(/New versions/);
	press('Tab', 'Tab', 'Tab', 'Enter');
	const summary = await see(/destroys GPT/);
	assert.match(summary, /anna, by password and 1 key, administrator/);
	assert.match(summary, /time zone {4}Europe\/Berlin/);
	press('Enter');
	await see(/Type sda to install/);
	press('sda', 'Enter', 'Enter');
	await see(/sda boots registry\.example\.com\/myos:42 now/);
	press('s');
	await see(/Saved to \/root\/slipway\.toml, without the passphrase/);
	press('q');
	await see(/ended with 0/);
}

for (const look of [
	{columns: 80, rows: 24, term: 'linux'},
	{columns: 80, rows: 24, term: 'vt220'},
	{columns: 200, rows: 50, term: 'xterm-256color'},
])
	inTmux(`works with ${look.term} at ${look.columns}x${look.rows}`, () => installByKeys(look));

test.run();
