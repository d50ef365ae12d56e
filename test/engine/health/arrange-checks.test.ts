import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	aftermathFolders,
	arrangeChecks,
	type CheckFolder,
	checkFolders,
	type FoundFile,
} from '../../../engine/health/arrange-checks.ts';

const test = suite('health checks in order');

function folderAt(path: string): CheckFolder {
	const folder = checkFolders.find((one) => one.path === path);
	if (folder === undefined) throw new Error(`no folder ${path}`);
	return folder;
}

/** `PATH KIND` each, in the order of the folders. */
function found(...files: readonly string[]): FoundFile[] {
	return files.map((text) => {
		const [path = '', kind = ''] = text.split(' ');
		const slash = path.lastIndexOf('/');
		return {
			folder: folderAt(path.slice(0, slash)),
			name: path.slice(slash + 1),
			kind: kind as FoundFile['kind'],
		};
	});
}

const usr = '/usr/lib/slipway/health.d';
const etc = '/etc/slipway/health.d';
const green = '/etc/greenboot/check';

const cases: readonly [what: string, files: FoundFile[], run: string[], skipped: string[]][] = [
	['nothing', [], [], []],
	[
		'loose files as required ones, by name, before those that are wanted',
		found(
			`${usr}/20-b executable`,
			`${usr}/required/10-a executable`,
			`${usr}/wanted/05-w executable`,
			`${etc}/15-c executable`,
		),
		[
			`required ${usr}/required/10-a`,
			`required ${etc}/15-c`,
			`required ${usr}/20-b`,
			`wanted ${usr}/wanted/05-w`,
		],
		[],
	],
	[
		'a file in /etc in place of the one in /usr/lib',
		found(`${usr}/required/10-a executable`, `${etc}/10-a executable`),
		[`required ${etc}/10-a`],
		[],
	],
	[
		'a wanted check beside a required one of the same name',
		found(`${usr}/10-a executable`, `${etc}/wanted/10-a executable`),
		[`required ${usr}/10-a`, `wanted ${etc}/wanted/10-a`],
		[],
	],
	['a mask', found(`${usr}/10-a executable`, `${etc}/10-a mask`), [], []],
	[
		'files that somebody forgot to make executable, and links to nothing',
		found(`${usr}/10-a executable`, `${etc}/10-a plain`, `${etc}/20-b missing`),
		[],
		[`${etc}/10-a is not executable`, `${etc}/20-b is a link that leads nowhere`],
	],
	[
		'hidden files, folders and sockets',
		found(`${usr}/.10-a executable`, `${usr}/wanted other`, `${etc}/.keep plain`),
		[],
		[],
	],
	[
		"greenboot's scripts, executable or not, and none of its other files",
		found(
			'/usr/lib/greenboot/check/required.d/01_dns.sh executable',
			`${green}/required.d/02_x.sh plain`,
			`${green}/required.d/README plain`,
			`${green}/required.d/binary executable`,
			`${green}/wanted.d/03_y.sh mask`,
		),
		[
			'required bash /usr/lib/greenboot/check/required.d/01_dns.sh',
			`required bash ${green}/required.d/02_x.sh`,
		],
		[],
	],
	[
		'files of the two kinds that have one name',
		found(`${usr}/a.sh executable`, `${green}/required.d/a.sh plain`),
		[`required bash ${green}/required.d/a.sh`, `required ${usr}/a.sh`],
		[],
	],
];
for (const [what, files, run, skipped] of cases)
	test(`arranges ${what}`, () => {
		const arranged = arrangeChecks(files);
		assert.equal(
			{
				run: arranged.checks.map(({requirement, interpreter, path}) =>
					[requirement, interpreter, path].filter((part) => part !== undefined).join(' '),
				),
				skipped: arranged.skipped.map(({path, reason}) => `${path} ${reason}`),
			},
			{run, skipped},
		);
	});

test("knows greenboot's folders for afterwards", () => {
	const paths = (isHealthy: boolean) => aftermathFolders(isHealthy).map(({path}) => path);
	assert.equal(paths(true), ['/usr/lib/greenboot/green.d', '/etc/greenboot/green.d']);
	assert.equal(paths(false), ['/usr/lib/greenboot/red.d', '/etc/greenboot/red.d']);
});

test.run();
