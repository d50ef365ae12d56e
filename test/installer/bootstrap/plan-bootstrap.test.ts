import {inspect} from 'node:util';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseFileContexts} from '../../../engine/tree/file-contexts.ts';
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {ImageTree} from '../../../installer/bootstrap/image-tree.ts';
import {plannedBootstrap} from '../../../installer/bootstrap/plan-bootstrap.ts';
import {file, symlink} from '../../engine/source/trees.ts';
import {debian, makeTree, planned, user} from './planned.ts';

const test = suite('bootstrap content');
const inline = (text: string) => ({kind: 'inline', secret: new Secret(text)}) as const;

test('is nothing without answers', () => {
	assert.equal(planned({}), {items: [], entries: {}, problems: [], hints: []});
});

test('is the update policy, in a file of its own', () => {
	const {entries, items} = planned({updates: {mode: 'stage', window: '23:00-05:00'}});
	assert.equal(entries, {
		'/etc/slipway/update.d/50-install.toml':
			'644 0:0 # As the machine was installed.\nmode = "stage"\n[[windows]]\nstart = "23:00"\nend = "05:00"\n',
	});
	assert.equal(items, [
		'updates: stage, reboots 23:00-05:00 | /etc/slipway/update.d/50-install.toml',
	]);
	for (const [window, problem] of [
		['nightly"\nx', /^"nightly\\"\\nx" is no window/],
		['25:00-26:00', /start is "25:00", expected a time/],
		['02:00-02:00', /expected either end or length/],
	] as const) {
		const {problems} = planned({updates: {mode: undefined, window}});
		assert.match(problems[0] ?? '', problem);
	}
});

test('is files, of owners that the machine has', () => {
	const web = {path: '/srv/www/index', content: {kind: 'text', text: 'hi'}} as const;
	const image = {...debian, '/srv': symlink('var/srv'), '/etc/motd': 'image'};
	const answers: Partial<Answers> = {
		users: [user({name: 'web'})],
		files: [
			{...web, mode: 0o640, user: 'web', group: 'sudo'},
			{path: '/etc/motd', content: inline('m'), mode: 0o600, user: '0', group: '77'},
		],
	};
	const {entries, items, problems} = planned(answers, image);
	assert.equal(problems, []);
	assert.is(entries['/var/srv/www/index'], '640 1000:27 hi');
	assert.is(entries['/etc/motd'], '600 0:77 m');
	assert.equal(items.slice(-2), ['file | /srv/www/index', 'file | /etc/motd | secret']);
});

test('is folders on the way to files, in a home of the one who lives there', () => {
	const image = {
		...debian,
		'/etc/passwd': `${debian['/etc/passwd']}www:x:33:33::/var/www:/usr/sbin/nologin\n`,
	};
	const at = (path: string, owner: string) =>
		({path, content: inline('x'), mode: 0o600, user: owner, group: '0'}) as const;
	const {entries, problems} = planned(
		{
			users: [user({name: 'ada'})],
			files: [
				at('/home/ada/.config/app/settings', 'ada'),
				at('/var/home/ada/.local/key', 'root'),
				at('/home/adam/x/y', 'root'),
				at('/var/www/html/index', 'root'),
			],
		},
		image,
	);
	const folders = Object.entries(entries).filter(([place]) => place.endsWith('/'));
	assert.equal(problems, []);
	assert.equal(Object.fromEntries(folders), {
		'/var/home/ada/': '700 1000:1000',
		'/var/home/ada/.config/': '755 1000:1000',
		'/var/home/ada/.config/app/': '755 1000:1000',
		'/var/home/ada/.local/': '755 1000:1000',
	});
});

test('is no file that cannot be one', () => {
	const plain = {content: {kind: 'text', text: ''}, mode: 0o644, user: 'root', group: '0'} as const;
	const image = {...debian, '/etc/loop': symlink('loop'), '/etc/file': 'x', '/etc/ssh/x': ''};
	const paths = [
		'/etc/../usr/x',
		'etc/x',
		'/etc//x',
		'/etc/a\0b',
		'/usr/x',
		'/etc/loop/x',
		'/etc/file/x',
		'/etc/ssh',
		'/etc/twice',
		'/etc/twice',
	];
	const files = [
		...paths.map((path) => ({...plain, path})),
		{...plain, path: '/etc/y', mode: 0o10000},
		{...plain, path: '/etc/z', user: 'nobody-here', group: '-1'},
	];
	assert.equal(planned({files}, image).problems, [
		'"/etc/../usr/x" is no path of a file',
		'"etc/x" is no path of a file',
		'"/etc//x" is no path of a file',
		'"/etc/a\\u{0}b" is no path of a file',
		'"/usr/x" will be read-only on the machine',
		'"/etc/loop/x" will be read-only on the machine',
		'"/etc/file/x" cannot be made: "/etc/file" is no folder',
		'"/etc/ssh" is a folder of the image',
		'"/etc/twice" would be written twice',
		'/etc/y cannot have the mode 4096',
		'/etc/z is to belong to user nobody-here, whom the machine does not have',
		'/etc/z is to belong to group -1, whom the machine does not have',
	]);
});

test('is credentials and a seed, for root alone', () => {
	const {entries, items, problems} = planned(
		{
			credentials: new Map([
				['db.password', inline('p')],
				['a/b', inline('q')],
			]),
			cloudInit: {
				userData: inline('#cloud-config\n'),
				metaData: undefined,
				networkConfig: inline('n'),
			},
		},
		{...debian, '/usr/bin/cloud-init': 'x'},
	);
	assert.equal(problems, ['"a/b" is no name of a credential']);
	assert.equal(entries, {
		'/etc/credstore/': '700 0:0',
		'/etc/credstore/db.password': '600 0:0 p',
		'/var/lib/cloud/seed/nocloud/': '700 0:0',
		'/var/lib/cloud/seed/nocloud/meta-data': '600 0:0 ',
		'/var/lib/cloud/seed/nocloud/network-config': '600 0:0 n',
		'/var/lib/cloud/seed/nocloud/user-data': '600 0:0 #cloud-config\n',
	});
	assert.equal(items, [
		'credential db.password | /etc/credstore/db.password | secret',
		'seed for cloud-init | /var/lib/cloud/seed/nocloud | secret',
	]);
	const {tree, items: sealedItems} = plannedBootstrap({
		answers: {...noAnswers, credentials: new Map([['db.password', inline('p')]])},
		image: new ImageTree(makeTree(debian), new Map()),
		contents: new Map(),
		sealed: new Map([['db.password', new Secret('sealed')]]),
		contexts: undefined,
		now: new Date(0),
	});
	assert.equal(sealedItems, [
		{
			what: 'credential, sealed to the TPM2, db.password',
			place: '/etc/credstore.encrypted/db.password',
			secret: true,
		},
	]);
	assert.equal(
		[...tree.sources.values()].map((source) => source.kind === 'bytes' && String(source.bytes)),
		['sealed'],
	);
	const seed = {userData: inline(''), metaData: undefined, networkConfig: undefined};
	assert.equal(planned({cloudInit: seed}).problems, [
		'there is a seed for cloud-init, which the image does not have',
	]);
});

test('has the labels of the policy, and no others', () => {
	const tree = makeTree({
		...debian,
		'/etc/old': file('', {xattrs: new Map([['security.selinux', Buffer.from('container_t')]])}),
	});
	const {tree: made} = plannedBootstrap({
		answers: {...noAnswers, system: {...noAnswers.system, hostname: 'web'}},
		image: new ImageTree(tree, new Map()),
		contents: new Map(),
		contexts: {
			specs: parseFileContexts('/etc etc_t\n/etc/hostname host_t\n', 'policy').reverse(),
			aliases: new Map(),
		},
		now: new Date(0),
	});
	const etc = made.root.children.get('etc');
	const hostname = etc?.type === 'directory' ? etc.children.get('hostname') : undefined;
	assert.equal(
		[etc, hostname].map((inode) => inode?.xattrs?.get('security.selinux')?.toString()),
		['etc_t', 'host_t'],
	);
});

test('shows no secret, in what fits and in what does not', () => {
	const planted = 'PLANTED-SECRET';
	const secret = inline(planted);
	const crypt = new Secret(`$6$${planted}$${'a'.repeat(86)}`);
	for (const passwordHash of [crypt, secret.secret]) {
		const {items, problems, hints} = planned({
			root: {passwordHash, sshKeys: [`-----BEGIN OPENSSH PRIVATE KEY----- ${planted}`]},
			users: [user({name: 'a', passwordHash})],
			network: {
				copyLive: undefined,
				interfaces: [
					{
						match: {},
						dhcp: 'yes',
						addresses: [],
						gateways: [],
						dns: [],
						searchDomains: [],
						mtu: undefined,
						vlan: undefined,
						bond: undefined,
						wifi: {ssid: 'n', passphrase: inline(`${planted}\u00e9`)},
					},
				],
			},
			registry: {...noAnswers.registry, auth: secret},
			credentials: new Map([['c', secret]]),
			cloudInit: {userData: secret, metaData: secret, networkConfig: secret},
			files: [{path: '/etc/s', content: secret, mode: 0o600, user: 'root', group: 'root'}],
		});
		assert.ok(items.length > 2 && problems.length > 2);
		assert.not.match(inspect([items, problems, hints]) + JSON.stringify(items), /PLANTED/);
	}
});

test.run();
