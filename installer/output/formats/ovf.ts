import type {DiskFacts} from './format.ts';

/** The file with the machine's disk, as the descriptor tells it. */
export interface OvfDisk {
	readonly file: string;
	/** Of the file. */
	readonly size: number;
}

const memoryMiB = 2048;
const processors = 2;
const network = 'VM Network';

/**
 * A machine of VMware (ESXi 7.0 and later) with one disk and one network.
 * @see DMTF DSP0243, Open Virtualization Format 1.1
 */
export function ovfDescriptor(
	{name, size, firmware}: Pick<DiskFacts, 'name' | 'size' | 'firmware'>,
	disk: OvfDisk,
): string {
	const machine = escapeXml(name);
	return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:id="disk-file" ovf:href="${escapeXml(disk.file)}" ovf:size="${disk.size}"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="disk" ovf:fileRef="disk-file" ovf:capacity="${size}" ovf:capacityAllocationUnits="byte" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="${network}">
      <Description>The network of the machine</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${machine}">
    <Info>A machine</Info>
    <Name>${machine}</Name>
    <OperatingSystemSection ovf:id="101" vmw:osType="otherLinux64Guest">
      <Info>The operating system</Info>
      <Description>Linux, 64 bit</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${machine}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>vmx-17</vssd:VirtualSystemType>
      </System>
${hardware.map(formatItem).join('\n')}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="${firmware === 'uefi' ? 'efi' : 'bios'}"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** In the order of their names, as the schema has it. */
const hardware: readonly Readonly<Record<string, string | number>>[] = [
	{
		AllocationUnits: 'hertz * 10^6',
		ElementName: `${processors} processors`,
		InstanceID: 1,
		ResourceType: 3,
		VirtualQuantity: processors,
	},
	{
		AllocationUnits: 'byte * 2^20',
		ElementName: `${memoryMiB} MiB of memory`,
		InstanceID: 2,
		ResourceType: 4,
		VirtualQuantity: memoryMiB,
	},
	{
		// Every kernel of today has its driver; that of LSI Logic's adapters goes out of them.
		Address: 0,
		ElementName: 'SCSI controller',
		InstanceID: 3,
		ResourceSubType: 'VirtualSCSI',
		ResourceType: 6,
	},
	{
		AddressOnParent: 0,
		ElementName: 'Disk',
		HostResource: 'ovf:/disk/disk',
		InstanceID: 4,
		Parent: 3,
		ResourceType: 17,
	},
	{
		AddressOnParent: 7,
		AutomaticAllocation: 'true',
		Connection: network,
		ElementName: 'Network adapter',
		InstanceID: 5,
		ResourceSubType: 'VmxNet3',
		ResourceType: 10,
	},
];

function formatItem(item: Readonly<Record<string, string | number>>): string {
	const fields = Object.entries(item).map(
		([key, value]) => `        <rasd:${key}>${value}</rasd:${key}>`,
	);
	return ['      <Item>', ...fields, '      </Item>'].join('\n');
}

const escapes: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
};

function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
}
