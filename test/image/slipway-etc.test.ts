/** How the first boot of a deployment takes over the /etc of the one before it. */
import {
	chmodSync,
	cpSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {writeTree} from '../engine/store/fixture.ts';
import {bootShells, runBootShell} from './boot-shell.ts';

const test = suite<{root: string; deploy: string; own: string}>('/etc of a new deployment');

const source = '3f2a9c1b4d5e.0';
const id = 'c1758fc5229a.1';

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'etc-'));
	context.deploy = path.join(context.root, 'state/deploy');
	context.own = path.join(context.deploy, id, 'etc');
	writeTree(context.root, {
		'image/passwd': 'root:x:0:0::/:\nweb:x:990:0::/:\n',
		'image/group': 'root:x:0:\n',
		[`state/deploy/${source}/etc/image-users`]: 'root\n',
		[`state/deploy/${source}/etc/image-groups`]: 'root\n',
		[`state/deploy/${source}/etc/upper/hostname`]: 'ada\n',
		[`state/deploy/${source}/etc/upper/passwd`]: 'root:x:0:0:me:/:\n',
		[`state/deploy/${source}/etc/upper/.hidden/a b\nc`]: 'odd name\n',
		[`state/deploy/${id}/etc/from`]: `${source}\n`,
	});
	const upper = path.join(context.deploy, source, 'etc/upper');
	symlinkSync('nowhere', path.join(upper, 'link'));
	linkSync(path.join(upper, 'hostname'), path.join(upper, 'hostname2'));
	chmodSync(path.join(upper, 'hostname'), 0o4751);
	chmodSync(path.join(upper, '.hidden'), 0o700);
	for (const name of ['hostname', '.hidden', '.']) utimesSync(path.join(upper, name), 1e9, 1e9);
	for (const layer of ['upper', 'work']) mkdirSync(path.join(context.own, layer));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

/** Every name with what a copy keeps; `old` is the time that some files of the source have. */
function listing(folder: string): string[] {
	return ['.', ...readdirSync(folder, {recursive: true, encoding: 'utf8'})].sort().map((name) => {
		const file = path.join(folder, name);
		const stat = lstatSync(file);
		const content = stat.isFile()
			? readFileSync(file, 'utf8')
			: stat.isSymbolicLink()
				? readlinkSync(file)
				: '';
		const time = stat.mtimeMs === 1e12 ? 'old' : 'new';
		const links = stat.isFile() ? stat.nlink : 1;
		return `${JSON.stringify(name)} ${stat.mode.toString(8)} ${links} ${time} ${content}`;
	});
}

const takenOver = [
	'"." 40755 1 new ',
	'"image-groups" 100644 1 new root\n',
	'"image-users" 100644 1 new root\nweb\n',
	// Its time is that of the user who was added.
	'"upper" 40755 1 new ',
	'"upper/.hidden" 40700 1 old ',
	'"upper/.hidden/a b\\nc" 100644 1 new odd name\n',
	'"upper/hostname" 104751 2 old ada\n',
	'"upper/hostname2" 104751 2 old ada\n',
	'"upper/link" 120777 1 new nowhere',
	'"upper/passwd" 100644 1 new root:x:0:0:me:/:\nweb:x:990:0::/:\n',
	'"work" 40755 1 new ',
];

const prepare = 'prepare_etc "$1" "$2"';

for (const shell of bootShells) {
	const run = ({deploy, root}: {deploy: string; root: string}, script = prepare, log = '') =>
		runBootShell(shell, script, [path.join(deploy, id), path.join(root, 'image'), log]);

	test(`${shell[0]}: is that of its source, with the new users of the image`, (context) => {
		const before = listing(path.join(context.deploy, source));
		assert.equal(run(context), {status: 0, said: [], stderr: ''});
		assert.equal(listing(context.own), takenOver);
		assert.equal(listing(path.join(context.deploy, source)), before);
		assert.equal(run(context), {status: 0, said: [], stderr: ''});
		assert.equal(listing(context.own), takenOver);
	});

	test(`${shell[0]}: is never written over`, (context) => {
		writeFileSync(path.join(context.own, 'upper/.own'), 'mine');
		assert.equal(run(context), {status: 0, said: [], stderr: ''});
		assert.equal(readdirSync(path.join(context.own, 'upper')), ['.own']);
		assert.not(existsSync(path.join(context.own, 'from')));
	});

	test(`${shell[0]}: is as before where a whole copy was left unfinished`, (context) => {
		cpSync(path.join(context.deploy, source), path.join(context.own, 'upper.new/upper'), {
			recursive: true,
		});
		assert.equal(run(context), {status: 0, said: [], stderr: ''});
		assert.equal(listing(context.own), takenOver);
	});

	test(`${shell[0]}: is the image's when it has no source, and notes the image's users`, (context) => {
		rmSync(path.join(context.own, 'from'));
		assert.equal(run(context), {status: 0, said: [], stderr: ''});
		const noted = readFileSync(path.join(context.own, 'image-users'), 'utf8');
		assert.equal([noted, readdirSync(path.join(context.own, 'upper'))], ['root\nweb\n', []]);
		// Only once: the names are those of the image that the first boot saw, which is the only one.
		assert.equal(run(context, `before_program() { say "$*"; }; ${prepare}`).said, []);
	});

	const hint =
		"Choose another boot entry; without etc/from this one starts with the image's own /etc.";

	test(`${shell[0]}: keeps the deployment from starting when its source is gone`, (context) => {
		rmSync(path.join(context.deploy, source), {recursive: true});
		assert.equal(run(context), {
			status: 1,
			said: [`failed: its /etc is to come from deployment ${source}, which is gone`, hint],
			stderr: '',
		});
		assert.ok(existsSync(path.join(context.own, 'from')));
	});

	for (const text of ['', '\n', '../../x\n', 'a b\n'])
		test(`${shell[0]}: keeps it from starting when its source is ${JSON.stringify(text)}`, (context) => {
			writeFileSync(path.join(context.own, 'from'), text);
			const reason = `failed: ${context.own}/from names no deployment`;
			assert.equal(run(context), {status: 1, said: [reason, hint], stderr: ''});
		});

	test(`${shell[0]}: keeps it from starting when the copy fails, and gives the room back`, (context) => {
		const full = `cp() { mkdir -p "$4"; echo 'cp: /x' >&2; echo 'cp: No space left on device' >&2; return 1; }`;
		assert.equal(run(context, `${full}; ${prepare}`), {
			status: 1,
			said: [
				`failed: cannot take over /etc of deployment ${source}: cp: No space left on device`,
				'Choose another boot entry; if the disk is full, make room on it.',
			],
			stderr: '',
		});
		assert.equal(readdirSync(context.own).sort(), ['from', 'upper', 'work']);
	});
}

const [shell] = bootShells;

/** Every program that changes something, in order. */
const logged =
	'log=$3; before_program() { case $1 in cat | cut) ;; *) echo "$1" >> "$log" ;; esac; }';

test('is on the disk before it shows, and shows before its source is forgotten', (context) => {
	assert.ok(shell);
	const log = path.join(context.root, 'log');
	runBootShell(shell, `${logged}\n${prepare}`, [
		path.join(context.deploy, id),
		path.join(context.root, 'image'),
		log,
	]);
	assert.equal(readFileSync(log, 'utf8').trim().split('\n'), [
		...['rm', 'cp'],
		...['cp', 'mv'], // passwd
		...['sync', 'mv', 'sync', 'mv'], // image-users, image-groups
		...['sync', 'mv', 'sync'],
		...['rm', 'sync'],
	]);
});

for (let step = 1; step <= 13; step++)
	test(`is the same when the power is cut before step ${step}`, (context) => {
		assert.ok(shell);
		const log = path.join(context.root, 'log');
		const words = [path.join(context.deploy, id), path.join(context.root, 'image'), log];
		const kill = `[ $done -lt ${step - 1} ] || kill -KILL 0`;
		const count = `done=0; while read -r _; do done=$((done + 1)); done < "$log"; ${kill}; echo`;
		const cut = logged.replace('echo', count);
		writeFileSync(log, '');
		assert.is(runBootShell(shell, `${cut}\n${prepare}`, words).status, null);
		assert.equal(runBootShell(shell, prepare, words), {status: 0, said: [], stderr: ''});
		assert.equal(listing(context.own), takenOver);
	});

test.run();
